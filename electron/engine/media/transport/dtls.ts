import { formatAddress, isIPv6, type Address } from '../../../../shared/base/address.ts'
import { readUint32, rtpHeaderBytes } from '../../../../shared/wire/rtp/rtp.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { rtpClearBytes, SrtpContext, type Refused } from '../../srtp/srtp.ts'
import { longestTag } from '../../srtp/suites.ts'
import type { NegotiatedCrypto, NegotiatedDtls } from '../session/negotiate.ts'
import { isSameAssociation, placeOf, type Session } from './dtls/association.ts'
import { ownCertificate, type DtlsCertificate } from './dtls/certificate.ts'
import { DtlsHandshake, isDtls, type DtlsKeys } from './dtls/handshake.ts'
import { IceAgent, type IceCredentials } from './dtls/ice.ts'
import { isStun } from './dtls/stun.ts'
import {
  fromBeneath,
  type Arrival,
  type LocalDtls,
  type MediaTransport,
  type OurKeys,
  type TransportEvents,
} from './transport.ts'
import type { UdpTransport } from './udp.ts'

/** A handshake repeats itself for so long as this. */
const handshakeMs = 20_000
/** Packets of the handshake that come before the library is there. */
const mostEarly = 8
const mostWaiting = 64

/** DTLS-SRTP with ICE where that is agreed; where it is not, everything passes through to the transport beneath. */
export class DtlsTransport implements MediaTransport {
  readonly overheadBytes = longestTag
  readonly #under: MediaTransport
  /** What is beneath that, whose port ICE and DTLS use too. */
  readonly #port: UdpTransport
  readonly #clock: Clock
  readonly #random: Random
  #certificate: DtlsCertificate | null = null
  #credentials: IceCredentials | null = null
  /** Whose checks those credentials answer. */
  #remoteUfrag: string | null = null
  #session: Session | null = null
  #events!: TransportEvents

  constructor(under: MediaTransport, port: UdpTransport, clock: Clock, random: Random) {
    this.#under = under
    this.#port = port
    this.#clock = clock
    this.#random = random
  }

  async open(host: string, events: TransportEvents): Promise<void> {
    this.#events = events
    const came: Pick<TransportEvents, 'rtp' | 'rtcp'> = {
      rtp: (wire, arrival) => (this.#session ? this.#arrived(this.#session, wire, arrival) : events.rtp(wire, arrival)),
      rtcp: (wire, arrival) => (this.#session ? this.#rtcp(this.#session, wire, arrival) : events.rtcp(wire, arrival)),
    }
    await this.#under.open(host, fromBeneath(came, events))
  }

  async prepare(): Promise<void> {
    this.#certificate ??= await ownCertificate()
  }

  get local(): Address {
    return this.#under.local
  }

  get localRtcp(): Address {
    return this.#session ? this.#under.local : this.#under.localRtcp
  }

  get isAuthentic(): boolean {
    return this.#session !== null || this.#under.isAuthentic
  }

  get isReady(): boolean {
    return this.#session ? this.#session.keys !== null && this.#session.to !== null : this.#under.isReady
  }

  keys(of: 'offer' | 'answer' | 'offered'): OurKeys {
    return this.#under.keys(of)
  }

  describe(remoteUfrag: string | null): LocalDtls {
    const restarts = remoteUfrag !== null && this.#remoteUfrag !== null && remoteUfrag !== this.#remoteUfrag
    if (!this.#credentials || restarts)
      this.#credentials = { ufrag: this.#random.token(8), pwd: this.#random.token(26) }
    this.#remoteUfrag = remoteUfrag ?? this.#remoteUfrag
    return { fingerprint: this.#certificate!.fingerprint, ice: this.#credentials, address: this.local }
  }

  agree(crypto: NegotiatedCrypto | null, dtls: NegotiatedDtls | null): void {
    const before = this.#session
    if (!dtls) {
      this.#end()
      return this.#under.agree(crypto, null)
    }
    const isSame = before && isSameAssociation(before.agreed, dtls)
    if (isSame && before.agreed.ice?.ufrag === dtls.ice?.ufrag) return
    this.#end()
    this.#port.muxed = true
    const session: Session = {
      agreed: dtls,
      ice: null,
      handshake: isSame ? before.handshake : null,
      early: [],
      waiting: [],
      timer: null,
      keys: isSame ? before.keys : null,
      to: null,
      isOver: false,
    }
    this.#session = session
    if (!dtls.ice) this.#chosen(session, dtls.candidates[0] ?? null)
    else session.ice = this.#agent(session, dtls, dtls.ice)
    if (!session.keys) this.#shake(session)
    this.#under.agree(null, null)
  }

  confirm(): void {
    this.#session?.ice?.begin()
  }

  sendRtp(clear: Uint8Array, destination: Address): void {
    const session = this.#session
    if (!session) return this.#under.sendRtp(clear, destination)
    if (!session.keys || !session.to) return
    const wire = session.keys.ours.protectRtp(clear, rtpHeaderBytes, readUint32(clear, 8), (clear[2]! << 8) | clear[3]!)
    this.#port.sendRtp(clear, placeOf(session, destination), wire)
  }

  sendRtcp(clear: Uint8Array, destination: Address): Uint8Array {
    const session = this.#session
    if (!session) return this.#under.sendRtcp(clear, destination)
    if (!session.keys || !session.to) return clear
    return this.#port.sendRtcp(clear, placeOf(session, destination), session.keys.ours.protectRtcp(clear))
  }

  listenForRefusal(destination: Address): void {
    this.#under.listenForRefusal(this.#session?.to ?? destination)
  }

  close(): void {
    this.#end()
    this.#under.close()
  }

  #end(): void {
    const session = this.#session
    if (!session) return
    session.isOver = true
    session.ice?.close()
    session.timer?.cancel()
    session.handshake?.close()
    this.#session = null
    this.#port.muxed = false
  }

  #agent(
    session: Session,
    { candidates, controlling }: NegotiatedDtls,
    ice: NonNullable<NegotiatedDtls['ice']>,
  ): IceAgent {
    return new IceAgent(
      this.#clock,
      this.#random,
      {
        local: this.#credentials!,
        remote: ice,
        candidates: candidates.filter(({ host }) => isIPv6(host) === isIPv6(this.local.host)),
        controlling,
      },
      {
        send: (bytes, to) => this.#port.sendBeside(bytes, to),
        selected: (to) => this.#chosen(session, to),
        failed: (text) => {
          session.to = null
          this.#events.told('ice-failed', text)
        },
      },
    )
  }

  #chosen(session: Session, to: Address | null): void {
    session.to = to
    if (!to) return
    this.#events.path(to)
    this.#events.told(
      'ice',
      session.ice
        ? `ICE uses ${formatAddress(this.local)} and ${formatAddress(to)}`
        : `media goes to ${formatAddress(to)}: the peer speaks no ICE`,
    )
    if (session.keys) return
    session.timer ??= this.#clock.after(handshakeMs, () => {
      const what = `the DTLS handshake with ${formatAddress(to)} was not done in ${handshakeMs / 1000} s`
      this.#failed(session, `${what}: it did not answer, or not rightly`)
    })
    if (session.agreed.role === 'client') session.handshake?.start()
  }

  #failed(session: Session, text: string): void {
    if (session.isOver) return
    session.timer?.cancel()
    session.isOver = true
    this.#events.told('dtls-failed', text)
  }

  #shake(session: Session): void {
    const { role, fingerprints } = session.agreed
    this.#events.run('DTLS', async () => {
      const handshake = await DtlsHandshake.open(
        { role, certificate: this.#certificate!, fingerprints },
        {
          send: (bytes) => session.to && this.#port.sendBeside(bytes, session.to),
          done: (keys) => this.#keyed(session, keys),
          failed: (text) =>
            this.#failed(session, `the peer is not who its description says, or cannot be understood: ${text}`),
        },
      )
      if (session.isOver) return handshake.close()
      session.handshake = handshake
      if (role === 'client' && session.to) handshake.start()
      for (const packet of session.early.splice(0)) handshake.receive(packet)
    })
  }

  #keyed(session: Session, { suite, ours, theirs }: DtlsKeys): void {
    session.timer?.cancel()
    session.keys = { ours: new SrtpContext(suite, ours), theirs: new SrtpContext(suite, theirs) }
    this.#events.told(
      'dtls',
      `DTLS handshake done as ${session.agreed.role}: the peer holds the key of the certificate whose fingerprint it ` +
        `announced; SRTP with ${suite}`,
    )
    for (const again of session.waiting.splice(0)) again()
  }

  #arrived(session: Session, wire: Uint8Array, arrival: Arrival): void {
    if (isStun(wire)) {
      if (session.ice?.receive(wire, arrival.from) === false)
        this.#events.unusable(arrival, 'unreadable', `STUN from ${formatAddress(arrival.from)} is none of this call`)
      return
    }
    if (isDtls(wire)) return this.#record(session, wire, arrival)
    if (!session.keys) return this.#wait(session, () => this.#arrived(session, wire, arrival))
    const clearBytes = rtpClearBytes(wire)
    if (clearBytes === null)
      return this.#events.unusable(arrival, 'unreadable', `a packet from ${formatAddress(arrival.from)} is no SRTP`)
    const { theirs } = session.keys
    this.#opened(
      theirs.unprotectRtp(wire, clearBytes, readUint32(wire, 8), (wire[2]! << 8) | wire[3]!),
      arrival,
      'SRTP',
      (clear) => this.#events.rtp(clear, arrival),
    )
  }

  #rtcp(session: Session, wire: Uint8Array, arrival: Arrival): void {
    if (!session.keys) return this.#wait(session, () => this.#rtcp(session, wire, arrival))
    this.#opened(session.keys.theirs.unprotectRtcp(wire), arrival, 'SRTCP', (clear) =>
      this.#events.rtcp(clear, arrival),
    )
  }

  /** The peer may have the keys a moment before us. */
  #wait(session: Session, again: () => void): void {
    if (session.waiting.length < mostWaiting) session.waiting.push(again)
  }

  #opened(opened: Buffer | Refused, arrival: Arrival, what: string, hand: (clear: Uint8Array) => void): void {
    if (typeof opened !== 'string') hand(opened)
    else this.#events.unusable(arrival, opened, `${what} from ${formatAddress(arrival.from)}: ${opened}`)
  }

  /** Of the handshake, from an address that is the peer's. */
  #record(session: Session, wire: Uint8Array, arrival: Arrival): void {
    const { from } = arrival
    const known = session.ice ? session.ice.knows(from) : session.to !== null && from.host === session.to.host
    if (!known) return this.#events.unusable(arrival, 'unreadable', `DTLS came from ${formatAddress(from)}`)
    if (session.handshake) session.handshake.receive(wire)
    else if (session.early.length < mostEarly) session.early.push(wire)
  }
}
