import { formatAddress, isIp } from '../../../../shared/base/address.ts'
import { usualPtimeMs } from '../../../../shared/model/codecs.ts'
import type { AgreedMedia, AnnouncedFact, FlowFact, MessageFact } from '../../../../shared/model/facts.ts'
import {
  addressesOf,
  agree,
  isHeld,
  isSpeech,
  listensAt,
  rtcpAt,
  type Leg,
  type MediumAgreement,
} from '../../../../shared/wire/agreement/agree.ts'
import { OfferAnswer, type Exchange } from '../../../../shared/wire/agreement/exchange.ts'
import type { MediaDescription } from '../../../../shared/wire/sdp/sdp.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { Hops } from './hops.ts'

const mostAnnounced = 1_000

/** What the messages of a call agree on, between each two SIP elements that they pass and in each dialog. */
export class Agreements {
  /** In their order. */
  readonly all: AgreedMedia[] = []
  readonly announced: AnnouncedFact[] = []
  readonly #hops: Hops
  readonly #rooms: OfferAnswer<MessageFact>[] = []
  /** What holds now on each hop of each dialog, by its place in `all`. */
  readonly #holding = new Map<string, number[]>()
  /** Dialogs in which both sides have spoken. */
  readonly #spoken = new Set<string>()

  /** `observed`: messages pass between others than us, over any number of hops. */
  constructor(observed: boolean) {
    this.#hops = new Hops(observed)
  }

  /** The next message of the call, none that was sent before. */
  take(fact: MessageFact): void {
    const { message, session } = fact
    if (!message) return
    const hop = this.#hops.of(fact.event, message)
    if (session) this.#announce(fact, hop)
    let exchange = this.#room(hop).take(message, session, fact)
    // An ACK may go past the proxies that the INVITE passed.
    if (!exchange && message.kind === 'request' && message.method === 'ACK' && session)
      for (const room of this.#rooms) exchange ??= room.take(message, session, fact)
    if (exchange?.offer) this.#agree(exchange, hop)
  }

  #room(hop: number): OfferAnswer<MessageFact> {
    return (this.#rooms[hop] ??= new OfferAnswer())
  }

  #announce({ session, fromUs, event, n }: MessageFact, hop: number): void {
    for (const medium of session!.media) {
      const { host, port } = listensAt(medium) ?? {}
      // A name is no address, but tells the port at whatever host the message comes from.
      const named = host !== undefined && !isIp(host) ? [{ host, port: port! }] : []
      const rtcp = rtcpAt(medium)
      for (const address of [...addressesOf(medium), ...named]) {
        if (this.announced.length >= mostAnnounced) return
        this.announced.push({
          address: formatAddress(address),
          rtcp: rtcp && formatAddress(rtcp),
          byUs: fromUs,
          kind: medium.kind,
          hop,
          since: event.at,
          message: n,
          signalling: event.source.host,
        })
      }
    }
  }

  #agree({ branch, offer, answer }: Exchange<MessageFact>, hop: number): void {
    const since = answer.ref.event.at
    const place = `${hop} ${branch}`
    for (const i of this.#holding.get(place) ?? []) this.all[i] = { ...this.all[i]!, until: since }
    const holding: number[] = []
    this.#holding.set(place, holding)
    for (const medium of agree(offer!.session, answer.session)) {
      const next = agreedMedia(medium, offer!, answer, this.#spoken.has(branch))
      if (!next) continue
      if (next.direction === 'sendrecv') this.#spoken.add(branch)
      holding.push(this.all.push({ ...next, branch, hop }) - 1)
    }
  }
}

type Said = Exchange<MessageFact>['answer']

function agreedMedia(
  medium: MediumAgreement,
  offer: Said,
  answer: Said,
  spoke: boolean,
): Omit<AgreedMedia, 'branch' | 'hop'> | null {
  const format = medium.toAnswerer.formats.find(isSpeech) ?? medium.toAnswerer.formats[0]
  const [offered, answered] = [offer.session.media[medium.index]!, answer.session.media[medium.index]]
  if (medium.refused || !answered) return null
  const ours = offer.ref.fromUs
  const held = isHeld(offered) || isHeld(answered)
  const heldByAnswer = answered.direction === 'sendonly' && offered.direction === 'sendrecv'
  const due = !held && (medium.direction === 'sendrecv' || (!spoke && !heldByAnswer))
  const { toOfferer, toAnswerer } = medium
  const [toPeer, fromPeer] = (ours ? [toAnswerer, toOfferer] : [toOfferer, toAnswerer]).map((leg) => flowOf(leg, due))
  const [local, remote] = (ours ? [offered, answered] : [answered, offered]).map(written)
  return {
    kind: medium.kind,
    offeredBy: ours ? 'us' : 'peer',
    offered: offered.formats.filter(isSpeech),
    accepted: toAnswerer.formats.filter(isSpeech),
    codec: format?.codec ?? '',
    payloadType: format?.payloadType ?? 0,
    clockRateHz: format?.clockRateHz ?? 0,
    ptimeMs: answered.ptimeMs ?? usualPtimeMs,
    encryption: medium.encryption,
    direction: directions[`${toPeer!.allowed} ${fromPeer!.allowed}`]!,
    local: local!,
    remote: remote!,
    toPeer: toPeer!,
    fromPeer: fromPeer!,
    since: answer.ref.event.at,
    until: null,
    offerMessage: offer.ref.n,
    answerMessage: answer.ref.n,
    faults: medium.faults,
  }
}

const directions: Readonly<Record<string, AgreedMedia['direction']>> = {
  'true true': 'sendrecv',
  'true false': 'sendonly',
  'false true': 'recvonly',
  'false false': 'inactive',
}

function flowOf({ flows, formats, to, candidates }: Leg, due: boolean): FlowFact {
  return {
    allowed: flows,
    due: flows && due,
    formats,
    to: to && formatAddress(to),
    candidates: candidates.map(formatAddress),
  }
}

const written = ({ address, port }: MediaDescription) => formatAddress({ host: address ?? '0.0.0.0', port })

/** The tag of the called side in a message of its dialog. */
export function isOfBranch(fact: MessageFact, branch: string): boolean {
  const ids = fact.message && messageIds(fact.message)
  return ids !== null && (ids.toTag === branch || ids.fromTag === branch)
}
