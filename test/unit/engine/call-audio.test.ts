import { describe, expect, it } from 'vitest'
import { audioOf } from '../../../electron/engine/captures/call-audio.ts'
import { codecOf } from '../../../electron/engine/media/codec/index.ts'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { pcmu } from '../../../shared/model/codecs.ts'
import { writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { outlinePath, stereoWav, waveformOf } from '../../../shared/shown/waveform.ts'
import { sine } from '../../harness/tone-files.ts'

const source = { host: '192.0.2.1', port: 4000 }
const destination = { host: '192.0.2.2', port: 5000 }
const beginUs = 1_700_000_000_000_000
const ssrc = 0xabcdef01

/** A second and a half of a tone at 20 ms, then as much silence; its numbers begin again on the way. */
function captured(without: readonly number[]): Uint8Array {
  const encoder = new PcapEncoder()
  const coder = codecOf(pcmu)!.encoder()
  const samples = Int16Array.from([...sine(440, 1.5), ...new Int16Array(12_000)])
  const packets = Array.from({ length: 150 }, (_, i) => {
    const bytes = new Uint8Array(12 + 160)
    writeRtpHeader(bytes, 0, i === 0, (65_500 + i) % 65_536, (4_294_960_000 + i * 160) % 2 ** 32, ssrc)
    coder.encode(samples.subarray(i * 160, (i + 1) * 160), bytes, 12)
    return encoder.udp(beginUs + i * 20_000, source, destination, bytes)
  })
  return Buffer.concat([pcapHeader(), ...packets.filter((_, i) => !without.includes(i))])
}

const report = (parts: Partial<CallReport> = {}) =>
  ({
    media: [{ encryption: 'none' }],
    streams: [
      {
        source: '192.0.2.1:4000',
        destination: '192.0.2.2:5000',
        ssrc: '0xabcdef01',
        payloadType: 0,
        codec: 'PCMU',
        clockRate: 8000,
        toPeer: true,
      },
    ],
    ...parts,
  }) as unknown as CallReport
const pause = () => Promise.resolve()

describe('the audio of a call', () => {
  it('is as long as its packets say, with what is missing and where nothing is heard', async () => {
    const audio = await audioOf(report(), 'to-peer', captured([10, 11]), pause)
    const { samples } = waveformOf(Buffer.from(audio.wav, 'base64'), audio.rateHz)
    expect(samples).toHaveLength(24_000)
    expect(audio).toMatchObject({ codec: 'PCMU', rateHz: 8000, startedAt: '2023-11-14T22:13:20.000000Z', note: null })
    expect(audio.lost).toEqual([{ atMs: 200, lengthMs: 40 }])
    expect(audio.silences).toHaveLength(1)
    expect(audio.silences[0]!.atMs).toBeCloseTo(1500, -2)
    expect(Math.max(...samples.subarray(0, 1600))).toBeGreaterThan(15_000)
    expect(Math.max(...samples.subarray(1600, 1920))).toBe(0)
  })

  it('is refused with the reason where it cannot be heard', async () => {
    const none = audioOf(report(), 'from-peer', captured([]), pause)
    await expect(none).rejects.toThrow('no packet of that direction was seen')
    const sealed = report({ media: [{ encryption: 'sdes' }] as CallReport['media'] })
    await expect(audioOf(sealed, 'to-peer', captured([]), pause)).rejects.toThrow('encrypted')
    await expect(audioOf(report(), 'to-peer', pcapHeader(), pause)).rejects.toThrow('not kept any more')
  })

  it('is drawn within its time, and put together with the other direction', async () => {
    const audio = await audioOf(report(), 'to-peer', captured([]), pause)
    const sound = waveformOf(Buffer.from(audio.wav, 'base64'), audio.rateHz)
    expect(outlinePath(sound, 0, 3000, 100, 40).match(/M/g)).toHaveLength(100)
    expect(outlinePath(sound, -3000, 3000, 100, 40).match(/M/g)).toHaveLength(50)
    const wav = Buffer.from(stereoWav(sound, sound, 0, 500))
    expect(wav.readUInt32LE(40)).toBe(28_000 * 4)
    expect(wav.readInt16LE(44 + 100 * 4)).toBe(sound.samples[100])
    expect(wav.readInt16LE(44 + 100 * 4 + 2)).toBe(0)
    expect(wav.readInt16LE(44 + 4100 * 4 + 2)).toBe(sound.samples[100])
  })
})
