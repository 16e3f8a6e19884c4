import { parseAddress } from '../../../shared/base/address.ts'
import { isoMicros, type Micros } from '../../../shared/base/time.ts'
import type { CallAudio, Way } from '../../../shared/contract/call-files.ts'
import type { CallReport, Stream } from '../../../shared/contract/report.ts'
import { codecsNamed } from '../../../shared/model/codecs.ts'
import { emptyRtpHeader, readRtp } from '../../../shared/wire/rtp/rtp.ts'
import { usage } from '../base/errors.ts'
import { resample } from '../media/audio/resample.ts'
import { wavOf } from '../media/audio/wav.ts'
import type { Codec } from '../media/codec/codec.ts'
import { codecOf } from '../media/codec/index.ts'
import { datagramsOf } from './datagrams.ts'
import { silencesOf } from './silences.ts'

/** Sixteen minutes of a telephone; the rest is in the capture. */
const mostSamples = 8_000_000
/** Between two pauses of the decoder: other work goes on. */
const packetsAtOnce = 50
/** More than this is no loss, but a new beginning of the numbers. */
const largestGap = 1000

interface Packet {
  readonly at: Micros
  readonly sequence: number
  readonly timestamp: number
  readonly payload: Uint8Array
}

/**
 * One direction of a call as sound, of the packets of a capture in our own form (pcap-write.ts). `pause` lets other
 * work go on. Throws RingbackError (usage) where there is nothing that can be heard, and says why.
 */
export async function audioOf(
  report: CallReport,
  way: Way,
  pcap: Uint8Array,
  pause: () => Promise<void>,
): Promise<CallAudio> {
  const streams = report.streams.filter(({ toPeer }) => toPeer === (way === 'to-peer'))
  if (streams.length === 0) throw usage('no packet of that direction was seen')
  if (report.media.some(({ encryption }) => encryption !== 'none'))
    throw usage('its packets are encrypted, and are kept as they were: record a call to hear it')
  const heard = streams.flatMap((stream) => {
    const codec = codecOfStream(stream)
    return codec ? [{ stream, codec, packets: packetsOfStream(pcap, stream) }] : []
  })
  const found = heard.filter(({ packets }) => packets.length > 0)
  if (heard.length === 0) throw usage(`${streams[0]!.codec} cannot be decoded here`)
  if (found.length === 0) throw usage('the packets of its audio are not kept any more')
  const rateHz = Math.max(...found.map(({ codec }) => codec.descriptor.sampleRateHz))
  const startedAt = Math.min(...found.map(({ packets }) => packets[0]!.at))
  const sound = new Sound(rateHz)
  const lost: CallAudio['lost'] = []
  for (const { codec, packets } of found) await decode(codec, packets, startedAt, sound, lost, pause)
  const samples = sound.samples
  return {
    wav: wavOf({ samples, rateHz }).toString('base64'),
    rateHz,
    codec: found[0]!.codec.descriptor.name,
    startedAt: isoMicros(startedAt),
    lost: lost.slice(0, 2000),
    silences: silencesOf(samples, rateHz),
    note: sound.cut ? `Only the first ${Math.round(samples.length / rateHz / 60)} minutes are here.` : null,
  }
}

const codecOfStream = ({ codec, clockRate }: Stream): Codec | null => {
  const descriptor = codecsNamed(codec).find(({ rtpClockHz, isNoise }) => rtpClockHz === clockRate && !isNoise)
  return descriptor ? codecOf(descriptor) : null
}

/** In the order of their numbers, each once. */
function packetsOfStream(pcap: Uint8Array, { source, destination, ssrc, payloadType }: Stream): Packet[] {
  const [from, to] = [parseAddress(source)?.port, parseAddress(destination)?.port]
  const wanted = Number(ssrc)
  const header = emptyRtpHeader()
  const packets: Packet[] = []
  let before: Packet | null = null
  for (const { at, sourcePort, destinationPort, payload } of datagramsOf(pcap)) {
    if (sourcePort !== from || destinationPort !== to || readRtp(payload, header) !== null) continue
    if (header.ssrc !== wanted || header.payloadType !== payloadType) continue
    const { payloadOffset, payloadLength } = header
    const packet: Packet = {
      at,
      // Of 16 and 32 bits: as near to the packet before as they can be.
      sequence: before ? before.sequence + (((header.sequence - before.sequence) << 16) >> 16) : header.sequence,
      timestamp: before ? before.timestamp + ((header.timestamp - before.timestamp) | 0) : header.timestamp,
      payload: payload.subarray(payloadOffset, payloadOffset + payloadLength),
    }
    packets.push(packet)
    before = packet
  }
  packets.sort((a, b) => a.sequence - b.sequence)
  return packets.filter(({ sequence }, i) => sequence !== packets[i - 1]?.sequence)
}

async function decode(
  codec: Codec,
  packets: readonly Packet[],
  startedAt: Micros,
  sound: Sound,
  lost: CallAudio['lost'],
  pause: () => Promise<void>,
): Promise<void> {
  const { rtpClockHz, sampleRateHz } = codec.descriptor
  const decoder = codec.decoder()
  const first = packets[0]!
  const offsetMs = (first.at - startedAt) / 1000
  let end = 0
  let last = first.sequence - 1
  for (const [i, { sequence, timestamp, payload }] of packets.entries()) {
    if (i % packetsAtOnce === 0) await pause()
    const atMs = offsetMs + ((timestamp - first.timestamp) / rtpClockHz) * 1000
    const missing = sequence - last - 1
    if (missing > 0 && missing < largestGap && atMs > end) lost.push({ atMs: end, lengthMs: atMs - end })
    last = sequence
    const samples = decoder.decode(payload, 0, payload.length)
    sound.write(atMs, samples.length === 0 ? samples : resample(samples, sampleRateHz, sound.rateHz))
    end = atMs + (samples.length / sampleRateHz) * 1000
  }
  decoder.close?.()
}

/** Samples that are written at their times. */
class Sound {
  readonly rateHz: number
  /** There was more than is kept. */
  cut = false
  #samples = new Int16Array(1 << 16)
  #length = 0

  constructor(rateHz: number) {
    this.rateHz = rateHz
  }

  get samples(): Int16Array {
    return this.#samples.slice(0, this.#length)
  }

  write(atMs: number, samples: Int16Array): void {
    const from = Math.round((atMs * this.rateHz) / 1000)
    const to = from + samples.length
    if (from < 0 || to > mostSamples) {
      this.cut ||= to > mostSamples
      return
    }
    if (to > this.#samples.length) {
      const larger = new Int16Array(Math.min(mostSamples, Math.max(to, this.#samples.length * 2)))
      larger.set(this.#samples)
      this.#samples = larger
    }
    this.#samples.set(samples, from)
    this.#length = Math.max(this.#length, to)
  }
}
