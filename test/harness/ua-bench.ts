import { noLogs } from '../../electron/engine/base/log.ts'
import { openBoundary } from './boundary.ts'
import { silence } from '../../electron/engine/media/audio/source.ts'
import { MediaSession, type MediaOptions } from '../../electron/engine/media/session/session.ts'
import { PortPool } from '../../electron/engine/media/transport/ports.ts'
import { Pacer } from '../../electron/engine/media/session/pacer.ts'
import { DigestClient } from '../../electron/engine/sip/digest/client.ts'
import { SipEndpoint } from '../../electron/engine/sip/endpoint.ts'
import { hopTo } from '../../electron/engine/sip/pending.ts'
import { UserAgent, type CallMedia, type InboundCall, type OutboundCall } from '../../electron/engine/ua/index.ts'
import { initialLimits } from '../../shared/model/budgets.ts'
import { findSession } from '../../shared/wire/sdp/find.ts'
import { faultsOfSent } from '../../shared/wire/sip/check-sent.ts'
import { header, startLine, type SipMessage, type SipRequest } from '../../shared/wire/sip/message.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { crlf } from './messages.ts'
import { MemoryNet } from './memory-net.ts'
import { predictableRandom } from './random.ts'
import { VirtualClock, settle } from './virtual-clock.ts'

export const us = { host: '192.0.2.1', port: 5060 }
export const peer = { host: '192.0.2.99', port: 5060 }

/** Our user agent on a network in memory, and a peer whose every message the test writes. */
export class UaBench {
  readonly clock = new VirtualClock()
  readonly random = predictableRandom()
  readonly net = new MemoryNet()
  readonly edge = openBoundary()
  readonly observations: string[] = []
  readonly incoming: InboundCall[] = []
  readonly endpoint: SipEndpoint
  readonly ua: UserAgent
  /** What every name resolves to. */
  addresses: readonly string[] = []
  /** The media that was opened last. */
  session: MediaSession | null = null
  readonly #pacer = new Pacer(this.clock)
  readonly #ports = new PortPool(this.net, this.random, { first: 20_000, last: 21_000 })
  #read = 0

  constructor({ contactRewrite = false, followsRefer = false } = {}) {
    const { net, clock, random } = this
    const dns = { naptr: async () => [], srv: async () => [], addresses: async () => [...this.addresses] }
    this.endpoint = new SipEndpoint(
      {
        net,
        clock,
        random,
        dns,
        log: noLogs.for('test'),
        wire: () => {},
        handshakeFailed: () => {},
        observe: (_callId, kind, text) => void this.observations.push(`${kind}: ${text}`),
        ...this.edge,
      },
      {
        localAddress: null,
        tlsCa: null,
        tlsInsecure: false,
        tlsIdentity: null,
        contactRewrite,
        connectTimeoutMs: 1000,
      },
    )
    this.ua = new UserAgent(
      {
        endpoint: this.endpoint,
        ...this.edge,
        clock,
        random,
        name: 'test',
        observe: (_callId, kind, text) => void this.observations.push(`${kind}: ${text}`),
      },
      { followsRefer },
    )
    this.ua.serve({ incoming: (call) => void this.incoming.push(call), turnedAway: () => {} })
  }

  async listen(): Promise<void> {
    await this.endpoint.listen('udp', us.host, us.port)
  }

  async media(options: Partial<MediaOptions> = {}): Promise<MediaSession> {
    const { clock, random } = this
    return (this.session = await MediaSession.open(
      { clock, random, pacer: this.#pacer, ports: this.#ports, limits: initialLimits },
      {
        host: us.host,
        signalling: peer.host,
        codecs: ['PCMU', 'PCMA'],
        encryption: 'disabled',
        source: { kind: 'samples', at: silence },
        recordTo: null,
        ...options,
      },
      { rtp: () => {}, rtcp: () => {}, foreign: () => {}, observe: () => {} },
    ))
  }

  async call(
    options: {
      headers?: { name: string; value: string }[]
      fromUser?: string
      password?: string
      ringTimeoutMs?: number
      uri?: string
      media?: CallMedia
    } = {},
  ): Promise<OutboundCall> {
    const uri = options.uri ?? 'sip:agent@192.0.2.99'
    const call = this.ua.call(
      {
        uri,
        hop: hopTo(uri)!,
        fromUri: null,
        fromUser: options.fromUser ?? 'alice',
        displayName: null,
        headers: options.headers ?? [],
        ringTimeoutMs: options.ringTimeoutMs ?? 60_000,
        digest: new DigestClient(
          options.password === undefined ? null : { username: 'alice', password: options.password },
          this.random,
        ),
      },
      'call-1',
    )
    call.start(options.media ?? (await this.media()))
    await settle()
    return call
  }

  /** SIP that we sent since the last look, RTP and RTCP left out. */
  sent(): SipMessage[] {
    const fresh = this.net.sent.slice(this.#read)
    this.#read = this.net.sent.length
    return fresh
      .filter(({ from, to }) => from.host === us.host && to.port !== 30_000 && to.port !== 30_001)
      .map(({ bytes }) => parseSip(bytes))
      .filter((message) => message.kind !== 'unreadable')
  }

  lines(): string[] {
    return this.sent().map((message) => (message.kind === 'request' ? message.method : startLine(message).slice(8)))
  }

  /** A message of the peer's, to where we send from. */
  async inject(text: string | Uint8Array): Promise<void> {
    const ours = this.net.sent.find(({ from }) => from.host === us.host && from.port !== 20_000)?.from ?? us
    this.net.inject(peer, ours, typeof text === 'string' ? crlf(text) : text)
    await settle()
  }

  /** A response of the peer's to a request of ours. */
  async respond(
    request: SipRequest,
    status: number,
    {
      tag = 'peer',
      extra = '',
      body = '',
      type = 'application/sdp',
      via = '',
      contact = `<sip:agent@${peer.host}:${peer.port}>`,
    } = {},
  ): Promise<void> {
    const copied = request.headers
      .filter(({ key }) => ['via', 'from', 'call-id', 'cseq'].includes(key))
      .map(({ name, key, value }) => `${name}: ${value}${key === 'via' ? via : ''}`)
    const to = header(request, 'to')!
    const typed = body === '' ? '' : `Content-Type: ${type}\n`
    await this.inject(
      `SIP/2.0 ${status} Reason\n${copied.join('\n')}\n` +
        `To: ${to.includes(';tag=') || tag === '' ? to : `${to};tag=${tag}`}\nContact: ${contact}\n` +
        `${extra}${typed}Content-Length: ${crlf(body).length}\n\n${body}`,
    )
  }

  /** What is wrong with the messages that our side has sent, each once. */
  faultsOfSent(): string[] {
    const faults = this.net.sent
      .filter(
        ({ from, text }) => from.host === us.host && text.includes(' SIP/2.0\r\n') !== text.startsWith('SIP/2.0 '),
      )
      .flatMap(({ bytes }) => {
        const message = parseSip(bytes)
        if (message.kind === 'unreadable') return [message.text]
        const found = findSession(message)?.problems ?? []
        // What is refused as malformed is repeated as it came.
        const problems = message.kind === 'response' && message.status === 400 ? [] : message.problems
        const all = [...problems.map(({ text }) => text), ...found, ...faultsOfSent(message)]
        return all.map((fault) => `${startLine(message)}: ${fault}`)
      })
    return [...new Set(faults)]
  }

  /** Throws where a message that our side has sent is not as it must be. */
  close(): void {
    this.endpoint.close()
    const faults = this.faultsOfSent()
    if (faults.length > 0) throw new Error(`what we sent: ${faults.join('; ')}`)
  }
}
