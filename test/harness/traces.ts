import { meterOf } from '../../electron/engine/media/codec/index.ts'
import { dialogReportOf, registrationReportOf, reportOf } from '../../electron/engine/report/report.ts'
import { CallProjection } from '../../electron/engine/trace/facts/call-projection.ts'
import type { Opened } from '../../electron/engine/trace/streams/traced-stream.ts'
import { CallTrace } from '../../electron/engine/trace/journal/call-trace.ts'
import type { Address } from '../../shared/base/address.ts'
import type { CallReport, DialogReport, RegistrationReport } from '../../shared/contract/report.ts'
import type { Vantage } from '../../shared/model/facts.ts'
import type { TransportName } from '../../shared/model/transport.ts'
import type { ObservationKind } from '../../shared/model/wire.ts'
import { writeRtcp } from '../../shared/wire/rtcp/rtcp.ts'
import type { VoipMetrics } from '../../shared/wire/rtcp/xr.ts'
import { emptyRtpHeader, readRtp, rtpHeaderBytes, writeRtpHeader, type RtpHeader } from '../../shared/wire/rtp/rtp.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { crlf, sdp } from './messages.ts'
import { predictableRandom } from './random.ts'

const noise = predictableRandom(5)
const startUs = 1_700_000_000_000_000
const us = { host: '10.0.0.5', port: 5060 }
const peer = { host: '203.0.113.9', port: 5060 }
const ourMedia = { host: '10.0.0.5', port: 20_000 }
const theirMedia = { host: '203.0.113.9', port: 30_000 }

/** The header of a packet of RTP. */
export function headerOf(packet: Uint8Array): RtpHeader {
  const header = emptyRtpHeader()
  const fault = readRtp(packet, header)
  if (fault) throw new Error(fault)
  return header
}

export interface RtpOptions {
  readonly fromMs: number
  readonly packets: number
  readonly payloadType?: number
  /** 0xff is silence, 0x20 is loud. */
  readonly fill?: number
  /** In place of that, what each packet carries. */
  readonly payload?: (n: number) => Uint8Array
  readonly source?: { host: string; port: number }
  readonly target?: { host: string; port: number }
  /** The number of the first packet, and the time from one packet to the next. */
  readonly sequence?: number
  readonly everyMs?: number
  /** From a packet to the next, by its timestamps. */
  readonly ticks?: number
  /** Random bytes, with a tag of ten bytes behind them. */
  readonly ciphered?: boolean
  /** What a reader of captures found with the keys of the session descriptions. */
  readonly srtp?: Opened
  readonly skip?: (n: number) => boolean
  readonly ssrc?: number
}

/** A call of ours written down by hand: what the wire said and what the endpoint knew, with times in milliseconds. */
export class TraceBuilder {
  readonly #trace: CallTrace
  readonly #call: CallProjection
  readonly #vantage: Vantage
  readonly #transport: TransportName

  constructor(vantage: Vantage = 'outbound', transport: TransportName = 'udp') {
    this.#vantage = vantage
    this.#transport = transport
    this.#trace = new CallTrace('t', 'call-1', vantage)
    this.#call = new CallProjection(this.#trace, meterOf)
  }

  #sip(atMs: number, sent: boolean, text: string, other: Address = peer): this {
    const bytes = crlf(text)
    const direction = this.#vantage === 'observed' ? 'observed' : sent ? 'sent' : 'received'
    this.#trace.sip({
      at: startUs + atMs * 1000,
      transport: this.#transport,
      source: sent ? us : other,
      destination: sent ? other : us,
      direction,
      bytes,
      message: parseSip(bytes),
    })
    return this
  }

  request(
    atMs: number,
    method: string,
    {
      cseq = 1,
      extra = '',
      body = '',
      sent = true,
      uri = 'sip:+15550100@203.0.113.9',
      toTag = method === 'INVITE' ? '' : ';tag=b',
      branch = '',
      contact = `Contact: <sip:a@10.0.0.5>\n`,
      to: target = peer,
      caller = 'a',
    } = {},
  ): this {
    const [from, to] = sent
      ? [`<sip:${caller}@10.0.0.5>;tag=a`, `<sip:b@203.0.113.9>${toTag}`]
      : [`<sip:b@203.0.113.9>${toTag}`, '<sip:a@10.0.0.5>;tag=a']
    return this.#sip(
      atMs,
      sent,
      `${method} ${uri} SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.5;branch=${branch || `z9hG4bK${method}${cseq}`}\n` +
        `From: ${from}\nTo: ${to}\nCall-ID: call-1\nCSeq: ${cseq} ${method}\n${method === 'INVITE' ? contact : ''}` +
        `${extra}${body && !/content-type/i.test(extra) ? 'Content-Type: application/sdp\n' : ''}\n${body}`,
      target,
    )
  }

  response(
    atMs: number,
    status: string,
    {
      cseq = 1,
      method = 'INVITE',
      extra = '',
      body = '',
      sent = false,
      tag = 'b',
      back = false,
      branch = '',
      contact = 'Contact: <sip:b@203.0.113.9>\n',
    } = {},
  ): this {
    const ends = ['<sip:a@10.0.0.5>;tag=a', `<sip:b@203.0.113.9>${tag === '' ? '' : `;tag=${tag}`}`]
    const [from, to] = back ? ends.toReversed() : ends
    const target = status.startsWith('2') && method === 'INVITE' ? contact : ''
    return this.#sip(
      atMs,
      sent,
      `SIP/2.0 ${status}\nVia: SIP/2.0/UDP 10.0.0.5;branch=${branch || `z9hG4bK${method}${cseq}`}\n` +
        `From: ${from}\nTo: ${to}\nCall-ID: call-1\nCSeq: ${cseq} ${method}\n` +
        `${target}${extra}${body ? 'Content-Type: application/sdp\n' : ''}\n${body}`,
    )
  }

  /** INVITE at 0, 200 at 1 s, ACK. */
  answered({ answer = sdp(theirMedia.host, theirMedia.port), offer = sdp(ourMedia.host, ourMedia.port) } = {}): this {
    return this.request(0, 'INVITE', { body: offer })
      .response(1000, '200 OK', { body: answer })
      .request(1001, 'ACK', { toTag: ';tag=b' })
  }

  rtp(
    direction: 'sent' | 'received',
    {
      fromMs,
      packets,
      payloadType = 0,
      fill = 0x20,
      source,
      target,
      sequence = 0,
      everyMs = 20,
      ticks = 160,
      ciphered = false,
      payload,
      srtp,
      skip = () => false,
      ssrc = direction === 'sent' ? 1 : 2,
    }: RtpOptions,
  ): this {
    const sent = direction === 'sent'
    const [from, to] = sent ? [source ?? ourMedia, target ?? theirMedia] : [source ?? theirMedia, target ?? ourMedia]
    for (let i = 0; i < packets; i++) {
      if (skip(i)) continue
      const own = payload?.(i)
      const packet = new Uint8Array(rtpHeaderBytes + (own?.length ?? (ciphered ? 170 : 160))).fill(fill)
      if (own) packet.set(own, rtpHeaderBytes)
      if (ciphered) packet.set(noise.bytes(170), rtpHeaderBytes)
      const number = (sequence + i) & 0xffff
      writeRtpHeader(packet, payloadType, i === 0, number, (sequence + i) * ticks, ssrc)
      this.#trace.rtp(
        startUs + Math.round((fromMs + i * everyMs) * 1000),
        from,
        to,
        packet,
        packet,
        this.#vantage === 'observed' ? null : sent,
        headerOf(packet),
      )
    }
    const stream = this.#call.streams.all.find(({ stats }) => stats.ssrc === ssrc)
    if (stream && srtp) stream.srtp = srtp
    return this
  }

  /** A receiver report of the peer; `about` our stream up to that packet, another stream or nothing. */
  report(
    atMs: number,
    about: 'us' | 'nothing' | 'another',
    highestSequence = 100,
    jitter = 0,
    cumulativeLost = 0,
  ): this {
    const block = {
      ssrc: about === 'another' ? 77 : 1,
      fractionLost: 0,
      cumulativeLost,
      highestSequence,
      jitter,
      lastSr: 0,
      delaySinceLastSr: 0,
    }
    return this.#rtcp(atMs, [{ type: 'rr', ssrc: 2, reports: about === 'nothing' ? [] : [block] }])
  }

  /** A sender report of the peer: it has sent so many packets. */
  senderReport(atMs: number, sentPackets: number): this {
    const times = { ntpSeconds: 1, ntpFraction: 0, rtpTimestamp: 0 }
    return this.#rtcp(atMs, [
      { type: 'sr', ssrc: 2, ...times, packets: sentPackets, octets: sentPackets * 160, reports: [] },
    ])
  }

  /** VoIP metrics of the peer, of our stream. */
  extended(atMs: number, metrics: VoipMetrics): this {
    return this.#rtcp(atMs, [{ type: 'xr', ssrc: 2, voip: [metrics] }])
  }

  #rtcp(atMs: number, packets: Parameters<typeof writeRtcp>[0]): this {
    this.#trace.rtcp(
      startUs + atMs * 1000,
      { ...theirMedia, port: theirMedia.port + 1 },
      { ...ourMedia, port: ourMedia.port + 1 },
      writeRtcp(packets),
      this.#vantage === 'observed' ? null : false,
      packets,
    )
    return this
  }

  observe(atMs: number, kind: ObservationKind, text: string, value?: string): this {
    this.#trace.observe({ at: startUs + atMs * 1000, kind, text, ...(value === undefined ? {} : { value }) })
    return this
  }

  /** What a capture of it says, where it is a registration. */
  registration(nowMs: number): RegistrationReport {
    return registrationReportOf(this.#trace, startUs + nowMs * 1000)
  }

  /** What is neither a call nor a registration, as recorded up to then. */
  dialog(nowMs: number): DialogReport {
    return dialogReportOf(this.#trace, startUs + nowMs * 1000)
  }

  at(nowMs: number, ended = false): CallReport {
    return reportOf(this.#call, startUs + nowMs * 1000, ended ? startUs + nowMs * 1000 : null)
  }
}
