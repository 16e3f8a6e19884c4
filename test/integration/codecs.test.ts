import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readWav } from '../../electron/engine/media/audio/wav.ts'
import { wavHeader } from '../../shared/base/wav.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { toneOf } from '../harness/tone-files.ts'

const engines = new Engines()
let folder = ''
afterEach(async () => {
  await engines.close()
  if (folder !== '') rmSync(folder, { recursive: true })
  folder = ''
})

/** [codec, RTP clock, rate of its audio, a tone that it carries]. */
const codecs = [
  ['G722', 8000, 16_000, 6000],
  ['L16', 16_000, 16_000, 6000],
  ['opus', 48_000, 48_000, 7000],
] as const

/** A WAV file of 44.1 kHz with that tone. */
function toneFile(hz: number): string {
  const samples = Int16Array.from({ length: 44_100 * 4 }, (_, i) => 8000 * Math.sin((2 * Math.PI * hz * i) / 44_100))
  const file = join(folder, 'tone.wav')
  writeFileSync(file, Buffer.concat([wavHeader(1, 44_100, samples.byteLength), new Uint8Array(samples.buffer)]))
  return file
}

describe.each(codecs)('a call with %s', (codec, clockRate, rateHz, hz) => {
  it('is heard both ways: the marker makes the round trip, digits arrive, and levels are measured', async () => {
    const agent = await engines.agent({ codecs: [codec] })
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      codecs: [codec, 'PCMU'],
      dtmf: '5',
      durationMs: 2500,
    })
    expect(report.verdict.kind).toBe('two-way-audio')
    expect(report.media[0]).toMatchObject({ codec, clockRate, ptimeMs: 20 })
    expect(report.media[0]!.negotiation).toMatch(
      new RegExp(`^this side offered ${codec}, PCMU; the peer chose ${codec} as \\d+$`),
    )
    expect(report.streams).toHaveLength(2)
    for (const stream of report.streams) {
      expect(stream).toMatchObject({ codec, clockRate, lost: 0 })
      expect(stream.packets).toBeGreaterThan(40)
      expect(stream.level!.meanDbfs).toBeGreaterThan(-25)
      expect(stream.level!.meanDbfs).toBeLessThan(-15)
    }
    expect(report.observations.map(({ kind }) => kind)).toContain('marker-heard')
    await expect.poll(() => agent.ended.length).toBe(1)
    expect(agent.ended[0]!.observations.find(({ kind }) => kind === 'digit-received')).toMatchObject({ value: '5' })
    expect(agent.ended[0]!.media[0]!.negotiation).toMatch(
      `the peer offered ${codec}, PCMU; this side chose ${codec} as`,
    )
  })

  it('sends a WAV file at the rate of its audio, and is recorded at that rate', async () => {
    folder = mkdtempSync(join(tmpdir(), 'ringback-codecs-'))
    const agent = await engines.agent({ recordDirectory: folder, codecs: [codec] })
    const file = toneFile(hz)
    await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      codecs: [codec],
      source: { kind: 'file', path: file },
      durationMs: 1500,
    })
    await expect.poll(() => agent.ended.length).toBe(1)
    const recording = join(
      folder,
      readdirSync(folder).find((name) => name !== 'tone.wav')!,
    )
    expect(readWav(recording).rateHz).toBe(rateHz)
    expect(toneOf(recording, hz, 1)).toBeGreaterThan(0.8)
  })
})

describe('the estimate of quality', () => {
  it('is that of wideband for G.722, and unknown for Opus, which is said', async () => {
    const agent = await engines.agent({ codecs: ['G722', 'opus'] })
    const engine = engines.open()
    const call = (codec: string) =>
      callAndWait(engine, { uri: `sip:x@127.0.0.1:${agent.port}`, codecs: [codec], durationMs: 700 })
    const [wide, unknown] = [await call('G722'), await call('opus')]
    expect(wide.streams[0]!.mos).toMatchObject({ model: 'ITU-T G.107.1' })
    expect(wide.streams[0]!.mos!.assumptions).toContain('loss is not modelled')
    expect(unknown.streams[0]).toMatchObject({ mos: null, mosUnknown: 'there is no model of quality for opus' })
  })
})

describe('comfort noise', () => {
  it('stands for the silence of a side that was asked to, and is no fault', async () => {
    folder = mkdtempSync(join(tmpdir(), 'ringback-codecs-'))
    const agent = await engines.agent({
      codecs: ['PCMU', 'CN'],
      behaviour: { kind: 'answer', source: { kind: 'silence' } },
    })
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      codecs: ['PCMU', 'CN'],
      source: { kind: 'tone', hz: 440 },
      durationMs: 2000,
    })
    const [from, to] = [false, true].map((toPeer) => report.streams.find((stream) => stream.toPeer === toPeer)!)
    expect(report.media[0]).toMatchObject({ codec: 'PCMU', payloadType: 0 })
    expect(from!.packets).toBeLessThan(15)
    expect(to!.packets).toBeGreaterThan(90)
    expect(report.findings.filter(({ rule }) => rule === 'wrong-payload-type')).toEqual([])
  })
})
