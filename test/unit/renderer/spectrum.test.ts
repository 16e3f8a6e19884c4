import { describe, expect, it } from 'vitest'
import { spectrumOf, spectrumRows, spectrumText } from '../../../shared/shown/spectrum.ts'

const sound = (rateHz: number, seconds: number, at: (s: number, n: number) => number) => ({
  rateHz,
  samples: Int16Array.from({ length: Math.round(rateHz * seconds) }, (_, n) => Math.round(32_767 * at(n / rateHz, n))),
})
const sine = (hz: number, amplitude: number) => (s: number) => amplitude * Math.sin(2 * Math.PI * hz * s)
/** White by a generator of its own, so that it is the same every time. */
function noise(amplitude: number): () => number {
  let state = 12_345
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return amplitude * (state / 2 ** 31 - 1)
  }
}

describe('the spectrum of a sound', () => {
  it.each([
    [8000, 440, 0.5],
    [8000, 1004, 0.1],
    [16_000, 6200, 0.25],
    [48_000, 15_000, 0.9],
  ])('at %d Hz has a tone of %d Hz where it is, as loud as it is', (rateHz, hz, amplitude) => {
    const { peaks } = spectrumOf(sound(rateHz, 2, sine(hz, amplitude)))
    expect(peaks).toHaveLength(1)
    expect(Math.abs(peaks[0]!.hz - hz)).toBeLessThan(3)
    // A window of Hann loses at most 1.4 dB between two lines.
    expect(Math.abs(peaks[0]!.dbfs - 20 * Math.log10(amplitude))).toBeLessThan(1.5)
  })

  it('has both tones of a digit, and nothing that is far below them', () => {
    const three = (s: number) => sine(697, 0.2)(s) + sine(1477, 0.2)(s) + sine(2500, 0.005)(s)
    const { peaks } = spectrumOf(sound(8000, 1, three))
    expect(peaks.map(({ hz }) => Math.round(hz)).sort((a, b) => a - b)).toEqual([
      expect.closeTo(697, -0.5),
      expect.closeTo(1477, -0.5),
    ])
  })

  it('ends where the sound ends: narrowband audio in a wideband codec is told', () => {
    const tones = [300, 900, 1700, 2500, 3350].map((hz) => sine(hz, 0.1))
    const telephone = spectrumOf(sound(16_000, 2, (s) => tones.reduce((all, tone) => all + tone(s), 0)))
    expect(telephone.bandwidthHz).toBeGreaterThan(3300)
    expect(telephone.bandwidthHz).toBeLessThan(3700)
    expect(spectrumText(telephone)).toMatch(
      /^nothing above 3\.[4-6] kHz: narrowband audio, though it can carry 8\.0 kHz/,
    )
    const random = noise(0.2)
    expect(spectrumText(spectrumOf(sound(16_000, 2, random)))).toMatch(/^energy up to 8\.0 kHz, as far as it can carry/)
    // What a codec of 8 kHz has no more of is no finding.
    const low = spectrumText(spectrumOf(sound(8000, 2, sine(1000, 0.3))))
    expect(low).toMatch(/^nothing above 1\.[1-3] kHz · strongest at (999|1,00[01]) Hz \(−10\.\d dBFS\)/)
  })

  it('is no bandwidth where nothing is heard', () => {
    const silent = spectrumOf(sound(8000, 1, () => 0))
    expect(silent).toMatchObject({ bandwidthHz: null, peaks: [], silentPercent: 100, clippedPercent: 0 })
    expect(spectrumText(silent)).toBe('no energy at any frequency · 100.0 % silent · nothing clipped')
    expect(spectrumOf({ rateHz: 8000, samples: new Int16Array() })).toMatchObject({ bandwidthHz: null, columns: 1 })
  })

  it('knows how much is silent, and what is cut off at full scale', () => {
    const halves = spectrumOf(sound(8000, 2, (s) => (s < 1 ? 0 : sine(500, 0.4)(s))))
    expect(halves.silentPercent).toBeCloseTo(50, 0)
    expect(halves.clippedPercent).toBe(0)
    const cut = spectrumOf(sound(8000, 2, (s) => Math.max(-1, Math.min(1, sine(200, 2)(s)))))
    // A sine of twice full scale is above it two thirds of the time.
    expect(cut.clippedPercent).toBeGreaterThan(60)
    expect(cut.clippedPercent).toBeLessThan(70)
    expect(spectrumText(cut)).toMatch(/6\d\.\d % of the samples clipped$/)
  })

  it('shows a tone in its time and its row', () => {
    const { columns, dbfs } = spectrumOf(sound(8000, 4, (s) => (s < 2 ? sine(1000, 0.5)(s) : 0)))
    const row = Math.floor((1000 / 4000) * spectrumRows)
    const at = (share: number) => dbfs[Math.floor(share * columns) * spectrumRows + row]!
    expect(at(0.25)).toBeGreaterThan(-8)
    expect(at(0.75)).toBe(-120)
  })

  it('takes no more of a sound of hours than of one of minutes', () => {
    const { columns, dbfs } = spectrumOf({ rateHz: 8000, samples: new Int16Array(8_000_000) })
    expect([columns, dbfs.length]).toEqual([500, 500 * spectrumRows])
  })
})
