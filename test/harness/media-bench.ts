import type { LocalMedia } from '../../electron/engine/media/session/offer.ts'
import { MediaSession, type MediaOptions } from '../../electron/engine/media/session/session.ts'
import { tone } from '../../electron/engine/media/audio/source.ts'
import { PortPool } from '../../electron/engine/media/transport/ports.ts'
import { Pacer } from '../../electron/engine/media/session/pacer.ts'
import type { SrtpContext } from '../../electron/engine/srtp/srtp.ts'
import type { Address } from '../../shared/base/address.ts'
import { initialLimits } from '../../shared/model/budgets.ts'
import { isRtcp, rtpHeaderBytes, writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'
import { sdp } from './messages.ts'
import { MemoryNet } from './memory-net.ts'
import { predictableRandom } from './random.ts'
import { VirtualClock, settle } from './virtual-clock.ts'

export const ourMedia = { host: '192.0.2.1', port: 20_000 }
/** What we say of media in clear, there. */
export const clearMedia = (...codecs: string[]): LocalMedia => ({
  address: ourMedia,
  codecs,
  encryption: 'disabled',
  direction: 'sendrecv',
  sessionId: '1',
  version: 1,
  form: 'one-line',
  suites: [],
  keys: () => new Uint8Array(0),
})
export const theirMedia = { host: '192.0.2.99', port: 30_000 }
export const signalling = '192.0.2.99'
export const stranger = { host: '198.51.100.66', port: 6666 }

/** What a tap was told, in numbers. */
export interface Tapped {
  readonly from: string
  readonly to: string
  readonly sent: boolean
  readonly bytes: Uint8Array
  readonly clear: Uint8Array
}

export interface Sender {
  readonly from: Address
  readonly ssrc?: number
  readonly payloadType?: number
  readonly fill?: number
  readonly firstSequence?: number
  /** In the packet; 160. */
  readonly samples?: number
  readonly srtp?: SrtpContext
}

/** The media of one call on a network in memory, with every packet that it sends, takes, or ignores. */
export class MediaBench {
  readonly clock = new VirtualClock()
  readonly random = predictableRandom()
  readonly net = new MemoryNet()
  readonly rtp: Tapped[] = []
  readonly rtcp: Tapped[] = []
  readonly foreign: Tapped[] = []
  readonly observations: string[] = []
  session!: MediaSession
  readonly #sent = new Map<string, number>()

  async open(
    options: Partial<MediaOptions> = {},
    foreignSources: number = initialLimits.foreignSources,
  ): Promise<MediaSession> {
    const { clock, random, net } = this
    const ports = new PortPool(net, { ...random, uint32: () => 0 }, { first: ourMedia.port, last: ourMedia.port + 1 })
    const name = ({ host, port }: Address) => `${host}:${port}`
    const keep =
      (list: Tapped[]) =>
      (_at: number, source: Address, destination: Address, bytes: Uint8Array, clear = bytes, sent = false) =>
        void list.push({ from: name(source), to: name(destination), sent, bytes: bytes.slice(), clear: clear.slice() })
    this.session = await MediaSession.open(
      { clock, random, pacer: new Pacer(clock), ports, limits: { foreignSources } },
      {
        host: ourMedia.host,
        signalling,
        codecs: ['PCMU', 'PCMA'],
        encryption: 'disabled',
        source: { kind: 'samples', at: (rateHz) => tone(500, rateHz) },
        recordTo: null,
        ...options,
      },
      {
        rtp: keep(this.rtp),
        rtcp: keep(this.rtcp),
        foreign: keep(this.foreign),
        observe: (kind, text) => void this.observations.push(`${kind}: ${text}`),
      },
    )
    return this.session
  }

  /** A call that came in, answered and acknowledged. */
  async answered(options: Partial<MediaOptions> = {}, offer = sdp()): Promise<void> {
    await this.open(options)
    const answer = await this.session.answer(offer)
    if ('refusal' in answer) throw new Error(answer.text)
    this.session.confirm()
  }

  /** One packet of a stream, numbered on from the last of the same sender and SSRC. */
  async packet({
    from,
    ssrc = 77,
    payloadType = 0,
    fill = 0x20,
    firstSequence = 100,
    samples = 160,
    srtp,
  }: Sender): Promise<void> {
    const key = `${from.host} ${from.port} ${ssrc}`
    const n = this.#sent.get(key) ?? 0
    this.#sent.set(key, n + 1)
    const sequence = (firstSequence + n) & 0xffff
    const packet = new Uint8Array(rtpHeaderBytes + samples).fill(fill)
    writeRtpHeader(packet, payloadType, n === 0, sequence, n * samples, ssrc)
    this.net.inject(from, ourMedia, srtp ? srtp.protectRtp(packet, rtpHeaderBytes, ssrc, sequence) : packet)
    await settle()
  }

  /** So many milliseconds in which each of the senders sends a packet every 20. */
  async stream(ms: number, ...senders: readonly Sender[]): Promise<void> {
    for (let at = 0; at < ms; at += 20) {
      for (const sender of senders) await this.packet(sender)
      await this.clock.advance(20)
    }
  }

  /** Where our RTP went since packet number `from`, and how much of it. */
  sentTo(from = 0): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { from: source, to, bytes } of this.net.sent.slice(from)) {
      if (source.host === ourMedia.host && !isRtcp(bytes))
        counts[`${to.host}:${to.port}`] = (counts[`${to.host}:${to.port}`] ?? 0) + 1
    }
    return counts
  }

  bytesTo(host: string): number {
    return this.net.sent
      .filter(({ from, to }) => from.host === ourMedia.host && to.host === host)
      .reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
}
