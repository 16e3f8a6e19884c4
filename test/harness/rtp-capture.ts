import { writeFileSync } from 'node:fs'
import { PcapEncoder } from '../../electron/engine/trace/capture/pcap-write.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'
import { captureStartUs, pcapOf } from './capture-files.ts'
import { sdp } from './messages.ts'

export interface SyntheticPacket {
  /** Milliseconds after the first. */
  readonly atMs: number
  readonly payloadType: number
  readonly marker: boolean
  readonly sequence: number
  readonly timestamp: number
}

/** A capture of an INVITE that announces port 30000 of the caller, and of streams towards it, one SSRC each. */
export function writeSyntheticCapture(file: string, streams: readonly (readonly SyntheticPacket[])[]): void {
  const encoder = new PcapEncoder()
  const records = [pcapOf([{ body: sdp('192.0.2.99', 30_000) }])]
  const packets = streams
    .flatMap((stream, ssrc) => stream.map((packet) => ({ ...packet, ssrc: ssrc + 1 })))
    .sort((a, b) => a.atMs - b.atMs)
  for (const { atMs, payloadType, marker, sequence, timestamp, ssrc } of packets) {
    const packet = new Uint8Array(rtpHeaderBytes + 160).fill(0x55)
    writeRtpHeader(packet, payloadType, marker, sequence & 0xffff, timestamp >>> 0, ssrc)
    records.push(
      encoder.udp(
        captureStartUs + 10_000 + Math.round(atMs * 1000),
        { host: '192.0.2.1', port: 40_000 + ssrc * 2 },
        { host: '192.0.2.99', port: 30_000 },
        packet,
      ),
    )
  }
  writeFileSync(file, Buffer.concat(records))
}

/** A stream with loss, reordering, duplicates, jitter, pauses with a marker, comfort noise, DTMF and wraps. */
export function strangeStream(random: () => number, count: number): SyntheticPacket[] {
  const sequence = random() < 0.5 ? 65_500 + Math.floor(random() * 30) : Math.floor(random() * 65_536)
  let timestamp = random() < 0.5 ? 2 ** 32 - Math.floor(random() * 20_000) : Math.floor(random() * 2 ** 32)
  const sent: SyntheticPacket[] = []
  let dtmf = 0
  let dtmfStart = 0
  for (let i = 0; i < count; i++) {
    const jitter = random() * 8
    const pause = random() < 0.01
    if (pause) timestamp += 8000
    if (dtmf === 0 && random() < 0.01) [dtmf, dtmfStart] = [10, timestamp]
    const event = dtmf > 0
    if (dtmf > 0) dtmf--
    const noise = !event && random() < 0.02
    sent.push({
      atMs: i * 20 + jitter,
      payloadType: event ? 101 : noise ? 13 : 0,
      marker: pause || (event && dtmf === 9),
      sequence: sequence + i,
      timestamp: event ? dtmfStart : timestamp,
    })
    timestamp += 160
  }
  const seen = sent
    .filter(() => random() > 0.03)
    .flatMap((packet) => {
      const late = random() < 0.03 ? { ...packet, atMs: packet.atMs + 25 + random() * 40 } : packet
      return random() < 0.01 ? [late, { ...late, atMs: late.atMs + 3 }] : [late]
    })
  return seen.sort((a, b) => a.atMs - b.atMs)
}
