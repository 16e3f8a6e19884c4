import { isPrivate, parseAddress } from '../../../shared/base/address.ts'
import type { Micros } from '../../../shared/base/time.ts'
import type { AgreedMedia, CallFacts, StreamFact } from '../../../shared/model/facts.ts'

/** What still may be on its way to where it was sent before. */
const settleUs = 1_000_000

/** A part of a call in which the same is agreed on, with the streams of one direction in it. */
interface Span {
  readonly streams: readonly StreamFact[]
  readonly agreed: AgreedMedia
  readonly toPeer: boolean
  readonly from: Micros
  readonly until: Micros
}

const hostOf = (address: string) => parseAddress(address)?.host ?? address

/**
 * Where packets of one direction go at the end of a span, if nobody listens there: an address that their receiver no
 * longer names, or a private one of a receiver that sits behind a NAT. Null where somebody may listen.
 */
export function nobodyListensAt(
  facts: CallFacts,
  { streams, agreed, toPeer, from, until }: Span,
): { readonly to: string; readonly because: string } | null {
  const last = Math.max(...streams.map(({ lastAt }) => Math.min(lastAt, until)))
  const flow = toPeer ? agreed.toPeer : agreed.fromPeer
  const [stream, ...more] = streams.filter(({ lastAt }) => lastAt >= last - settleUs)
  if (!stream || more.some(({ destination }) => destination !== stream.destination)) return null
  const to = stream.destination
  // Only what goes on long after the agreement shows that it does not follow it.
  if (last - from < 2 * settleUs || flow.to === null) return null
  const back = facts.streams.filter(
    ({ toPeer: way, runs }) => way === !toPeer && runs.some((run) => run.lastAt >= from && run.firstAt < until),
  )
  // Who sends from there listens there.
  if (back.some(({ source }) => source === to) || streams.some(isHeard)) return null
  const named = facts.announced.filter(({ byUs }) => byUs !== toPeer)
  // An offer after the agreement may be followed before it is answered.
  const now = named.filter(({ message }) => message >= agreed.offerMessage).map(({ address }) => address)
  if (!now.includes(to) && named.some(({ address }) => address === to))
    return { to, because: `its receiver has named ${flow.to} since then` }
  if (to !== flow.to || !isPrivate(hostOf(to))) return null
  const seen = back.find(({ source }) => !isPrivate(hostOf(source)))
  const signalling = named.map((fact) => fact.signalling)
  if (!seen || signalling.includes(hostOf(to))) return null
  return { to, because: `that is a private address, and its receiver's own packets come from ${seen.source}` }
}

const isHeard = ({ rtcp, unheardSince }: StreamFact) => rtcp !== null && unheardSince === null
