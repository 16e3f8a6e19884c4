import { formatAddress, type Address } from '../../../../../shared/base/address.ts'
import type { Clock, Timer } from '../../../base/clock.ts'
import type { Random } from '../../../base/random.ts'
import { consentText, silenceText } from './ice-texts.ts'
import {
  attributes,
  errorCode,
  errorCodeOf,
  isFrom,
  mappedAddress,
  parseStun,
  writeStun,
  type StunMessage,
} from './stun.ts'

/** What the two sides tell each other in their descriptions (RFC 8839 5.4). */
export interface IceCredentials {
  readonly ufrag: string
  readonly pwd: string
}

export interface IceOptions {
  readonly local: IceCredentials
  readonly remote: IceCredentials
  /** Addresses of the peer, the preferred ones first. */
  readonly candidates: readonly Address[]
  /** Whether we decide which pair is used: who offered does. */
  readonly controlling: boolean
}

export interface IceEvents {
  send(bytes: Uint8Array, to: Address): void
  /** That address of the peer is used from now on. */
  selected(to: Address): void
  /** No address is, or not any more; a sentence. */
  failed(text: string): void
}

/** An address of the peer, seen from our one. */
interface Pair {
  readonly to: Address
  /** Our checks that are not answered, by transaction, and whether each asks to use the pair. */
  readonly asked: Map<string, boolean>
  checks: number
  answered: boolean
  /** The controlling side has chosen it, or we have asked to. */
  nominated: boolean
  /** When the peer last said so, and what it thinks of the pair; of its own measure. */
  nominatedAtMs: number
  priority: number
  timer: Timer | null
}

const mostPairs = 32
const mostAsked = 16
/** Between the first checks of two pairs (RFC 8445 14.2). */
const paceMs = 50
/** The first repetition; each later one comes after twice the time (RFC 8489 6.2.1), the last ones evenly. */
const firstRepeatMs = 200
const longestRepeatMs = 1600
/** So long may it take until a pair is chosen. */
const patienceMs = 30_000
/** Who chooses says so again with each check. */
const nominationMs = 6000
/** RFC 7675 5.1. */
const consentEveryMs = 5000
const consentMs = 30_000
const peerReflexivePriority = (110 << 24) | (65_535 << 8) | 255

/** A session of ICE with one address of our own (RFC 8445): finds the address of the peer that answers, and stays. */
export class IceAgent {
  readonly #clock: Clock
  readonly #random: Random
  readonly #options: IceOptions
  readonly #events: IceEvents
  readonly #pairs = new Map<string, Pair>()
  readonly #tieBreaker: Buffer
  #controlling: boolean
  #selected: Pair | null = null
  #deadline: Timer
  #consent: Timer | null = null
  #consentAtMs = 0
  #answers = 0
  #requests = 0
  #closed = false

  constructor(clock: Clock, random: Random, options: IceOptions, events: IceEvents) {
    this.#clock = clock
    this.#random = random
    this.#options = options
    this.#events = events
    this.#controlling = options.controlling
    this.#tieBreaker = Buffer.from(random.bytes(8))
    this.#deadline = clock.after(patienceMs, () => this.#fail(this.#silence()))
  }

  /**
   * Tries the addresses that the peer names. Until then only what comes from a peer that knows our password is
   * answered: a description could name anybody's (RFC 8445 19.5.1).
   */
  begin(): void {
    this.#options.candidates.slice(0, mostPairs).forEach((to, i) => {
      const pair = this.#pair(to)
      if (pair && !pair.timer) pair.timer = this.#clock.after(i * paceMs, () => this.#check(pair))
    })
  }

  /** Whether packets from there are of an address that ICE knows. */
  knows(from: Address): boolean {
    return this.#pairs.has(formatAddress(from))
  }

  /** Whether that address of the peer has answered a check of ours: it may be sent to. */
  hasAnswered(to: Address): boolean {
    return this.#pairs.get(formatAddress(to))?.answered ?? false
  }

  close(): void {
    this.#closed = true
    this.#deadline.cancel()
    this.#consent?.cancel()
    for (const { timer } of this.#pairs.values()) timer?.cancel()
  }

  /** Whether it is STUN of this session; what is not changes nothing. */
  receive(bytes: Uint8Array, from: Address): boolean {
    const message = this.#closed ? null : parseStun(bytes)
    if (message?.kind === 'request') return this.#request(message, from)
    if (message?.kind === 'success' || message?.kind === 'error') return this.#response(message, from)
    return this.#closed || message !== null
  }

  #pair(to: Address): Pair | null {
    const key = formatAddress(to)
    const known = this.#pairs.get(key)
    if (known || this.#pairs.size >= mostPairs) return known ?? null
    const pair: Pair = {
      to,
      asked: new Map(),
      checks: 0,
      answered: false,
      nominated: false,
      nominatedAtMs: 0,
      priority: 0,
      timer: null,
    }
    this.#pairs.set(key, pair)
    return pair
  }

  /** Asks, and again until it is answered; that of the pair in use is consent, and has a beat of its own. */
  #check(pair: Pair): void {
    if (this.#closed || this.#selected) return
    this.#ask(pair)
    const waitMs = Math.min(firstRepeatMs * 2 ** Math.min(pair.checks - 1, 8), longestRepeatMs)
    pair.timer = this.#clock.after(waitMs, () => {
      if (!pair.answered || pair.nominated) this.#check(pair)
    })
  }

  #ask(pair: Pair): void {
    const { local, remote } = this.#options
    const transaction = Buffer.from(this.#random.bytes(12))
    pair.asked.set(transaction.toString('hex'), this.#controlling && pair.nominated)
    if (pair.asked.size > mostAsked) pair.asked.delete(pair.asked.keys().next().value!)
    pair.checks++
    const priority = Buffer.alloc(4)
    priority.writeUInt32BE(peerReflexivePriority >>> 0)
    this.#events.send(
      writeStun(
        'request',
        transaction,
        [
          [attributes.username, Buffer.from(`${remote.ufrag}:${local.ufrag}`)],
          [attributes.priority, priority],
          [this.#controlling ? attributes.controlling : attributes.controlled, this.#tieBreaker],
          ...(this.#controlling && pair.nominated ? [[attributes.useCandidate, Buffer.alloc(0)] as const] : []),
        ],
        remote.pwd,
      ),
      pair.to,
    )
  }

  #response(message: StunMessage, from: Address): boolean {
    const pair = this.#pairs.get(formatAddress(from))
    const transaction = message.transaction.toString('hex')
    const nominating = pair?.asked.get(transaction)
    if (!pair || nominating === undefined || !isFrom(this.#options.remote.pwd, message)) return false
    pair.asked.delete(transaction)
    if (message.kind === 'success') this.#answered(pair, nominating)
    // Both thought that they decide: the other one does (RFC 8445 7.2.5.1).
    else if (errorCodeOf(message) === 487) {
      this.#controlling = !this.#controlling
      this.#check(pair)
    }
    return true
  }

  #answered(pair: Pair, nominating: boolean): void {
    this.#answers++
    pair.answered = true
    if (pair === this.#selected) this.#consentAtMs = this.#clock.monotonicMs()
    if (nominating || (pair.nominated && !this.#controlling)) return this.#select(pair)
    if (!this.#controlling || this.#selected) return
    // The first that answers is chosen; the peer hears so with the next check (RFC 8445 8.1.1).
    if ([...this.#pairs.values()].some(({ nominated }) => nominated)) return
    pair.nominated = true
    pair.timer?.cancel()
    this.#check(pair)
  }

  #request(message: StunMessage, from: Address): boolean {
    const { local, remote } = this.#options
    const username = message.attributes.get(attributes.username)?.toString('utf8')
    if (username !== `${local.ufrag}:${remote.ufrag}` || !isFrom(local.pwd, message)) return false
    this.#requests++
    const isConflict = this.#isConflict(message)
    this.#answer(isConflict ? 'error' : 'success', message, from)
    const pair = isConflict ? null : this.#pair(from)
    if (pair) this.#asked(pair, message)
    return true
  }

  /** The peer's check came from there. */
  #asked(pair: Pair, { attributes: found }: StunMessage): void {
    if (!this.#controlling && found.has(attributes.useCandidate)) {
      pair.nominated = true
      pair.nominatedAtMs = this.#clock.monotonicMs()
      const priority = found.get(attributes.priority)
      pair.priority = priority?.length === 4 ? priority.readUInt32BE(0) : 0
      if (pair.answered) return this.#select(pair)
    }
    if (this.#selected || pair.answered) return
    // It is answered by one of ours (RFC 8445 7.3.1.4).
    pair.timer?.cancel()
    this.#check(pair)
  }

  /** Whether the peer must change its role, which it thinks is ours; where we must, we do (RFC 8445 7.3.1.1). */
  #isConflict({ attributes: found }: StunMessage): boolean {
    const theirs = found.get(this.#controlling ? attributes.controlling : attributes.controlled)
    if (theirs?.length !== 8) return false
    const larger = this.#tieBreaker.compare(theirs) >= 0
    if (larger === this.#controlling) return true
    this.#controlling = !this.#controlling
    return false
  }

  #answer(kind: 'success' | 'error', { transaction }: StunMessage, to: Address): void {
    const what = kind === 'success' ? mappedAddress(to, transaction) : errorCode(487)
    const name = kind === 'success' ? attributes.mappedAddress : attributes.errorCode
    this.#events.send(writeStun(kind, transaction, [[name, what]], this.#options.local.pwd), to)
  }

  #select(pair: Pair): void {
    const before = this.#selected
    if (pair === before || (before && !this.#isBetter(pair, before))) return
    const first = before === null
    this.#selected = pair
    this.#consentAtMs = this.#clock.monotonicMs()
    this.#deadline.cancel()
    if (first) this.#keepConsent()
    this.#events.selected(pair.to)
  }

  /** A peer may choose several at once: then the one that it likes most counts, while it still speaks of it. */
  #isBetter(pair: Pair, before: Pair): boolean {
    return pair.priority > before.priority || this.#clock.monotonicMs() - before.nominatedAtMs > nominationMs
  }

  /** The peer must go on to agree to what it is sent (RFC 7675). */
  #keepConsent(): void {
    this.#consent = this.#clock.after(consentEveryMs, () => {
      const pair = this.#selected!
      if (this.#clock.monotonicMs() - this.#consentAtMs >= consentMs)
        return this.#fail(consentText(pair.to, consentMs / 1000))
      this.#ask(pair)
      this.#keepConsent()
    })
  }

  #silence(): string {
    return silenceText({
      seconds: patienceMs / 1000,
      candidates: this.#options.candidates,
      answers: this.#answers,
      requests: this.#requests,
      controlling: this.#controlling,
    })
  }

  #fail(text: string): void {
    if (this.#closed) return
    this.close()
    this.#events.failed(text)
  }
}
