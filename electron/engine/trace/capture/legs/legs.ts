import type { Micros } from '../../../../../shared/base/time.ts'
import type { RelatedCall } from '../../../../../shared/contract/report.ts'
import { append } from '../../../base/append.ts'
import type { CaptureIndex } from '../capture-index.ts'
import type { Dialog } from '../dialogs.ts'
import { openingOf, type Opening } from './opening.ts'

/** An element that passes a call on does so at once; one that asks a database, or plays something first, later. */
const longestUs = 10e6
/** More calls that have something in common have it by chance. */
const mostAlike = 4
const mostRelated = 16
/** Calls before and after one that are looked at. */
const mostNear = 16
/** Values that are shorter are no identity. */
const shortest = 12
const shortestUser = 3
/** What elements put behind, or before, a Call-ID that they pass on. */
const suffix = /[-_.]?b2b(?:ua)?[-_.\w]{0,12}$/i
const prefix = /^b2b(?:ua)?[-_.]/i

const ranks = { possible: 0, likely: 1, certain: 2 } as const
type Certainty = keyof typeof ranks

interface Link {
  readonly other: Dialog
  readonly how: RelatedCall['how']
  readonly certainty: Certainty
  readonly reason: string
}

const nameOf = ({ n }: Dialog) => `call ${n + 1}`

/** Which calls of a capture are legs of one call, and how that is known. Made when somebody asks first. */
export class Legs {
  readonly #index: CaptureIndex
  #links: ReadonlyMap<Dialog, readonly Link[]> | null = null

  constructor(index: CaptureIndex) {
    this.#index = index
  }

  /** The most certain first. */
  of(dialog: Dialog): RelatedCall[] {
    this.#links ??= this.#find()
    const byCall = new Map<Dialog, Link[]>()
    for (const link of this.#links.get(dialog) ?? []) append(byCall, link.other, link)
    return [...byCall]
      .map(([other, links]) => {
        const sorted = links.toSorted((a, b) => ranks[b.certainty] - ranks[a.certainty])
        const { how, certainty } = sorted[0]!
        const reason = [...new Set(sorted.map((link) => link.reason))].join('; ')
        return { call: String(other.n + 1), callId: other.callId, how, certainty, reason }
      })
      .sort((a, b) => ranks[b.certainty] - ranks[a.certainty])
      .slice(0, mostRelated)
  }

  #find(): ReadonlyMap<Dialog, readonly Link[]> {
    const links = new Map<Dialog, Link[]>()
    const join = (one: Dialog, other: Dialog, link: Omit<Link, 'other'>, back = link.reason) => {
      if (one === other) return
      append(links, one, { ...link, other })
      append(links, other, { ...link, other: one, reason: back })
    }
    const calls = this.#index.dialogs.all.filter(({ kind }) => kind === 'call')
    const openings = calls.map((dialog) => openingOf(this.#index, dialog)).filter((opening) => opening !== null)
    byCallId(calls, join)
    byMarks(calls, openings, join)
    this.#byMedia(join)
    byParties(openings, this.#index.endpoints.unknownHost(), join)
    return links
  }

  /** Calls that name the same two addresses of media, or more, while both go on. */
  #byMedia(join: Join): void {
    const { announcements, endpoints } = this.#index
    const common = new Map<Dialog, Map<Dialog, number[]>>()
    for (const endpoint of announcements.endpoints()) {
      const dialogs = [...new Set(announcements.of(endpoint).map(({ dialog }) => dialog))].filter(isCall)
      dialogs.sort((a, b) => a.n - b.n)
      const near = dialogs.map((one, i) =>
        dialogs.slice(Math.max(0, i - mostNear), i + mostNear + 1).filter((other) => other !== one && meet(one, other)),
      )
      for (const [i, one] of dialogs.entries())
        for (const other of near[i]!.length < mostAlike ? near[i]! : []) {
          if (other.n < one.n) continue
          const known = common.get(one) ?? new Map<Dialog, number[]>()
          common.set(one, known)
          append(known, other, endpoint)
        }
    }
    for (const [one, others] of common)
      for (const [other, shared] of others) {
        const [first, second] = shared.map((endpoint) => {
          const { host, port } = endpoints.address(endpoint)
          return `${host} port ${port}`
        })
        if (second === undefined) continue
        const reason = `both name ${first} and ${second} for media at the same time`
        join(one, other, { how: 'media', certainty: 'likely', reason })
      }
  }
}

type Join = (one: Dialog, other: Dialog, link: Omit<Link, 'other'>, back?: string) => void

const isCall = ({ kind }: Dialog) => kind === 'call'

/** Whether two calls went on at one time. */
function meet(one: Dialog, other: Dialog): boolean {
  const endOf = ({ endedAt, lastAt }: Dialog) => Math.min(endedAt, lastAt)
  return one.firstAt <= endOf(other) && other.firstAt <= endOf(one)
}

/** Call-IDs that were rewritten: the same but for what elements add, or for the host. */
function byCallId(calls: readonly Dialog[], join: Join): void {
  const bare = (callId: string) => callId.replace(/@.*$/s, '').replace(suffix, '').replace(prefix, '')
  const known = new Map<string, Dialog[]>()
  for (const dialog of calls) {
    const name = bare(dialog.callId.slice(0, 256))
    if (name.length >= shortest) append(known, name, dialog)
  }
  for (const [name, dialogs] of known)
    eachPair(dialogs, (one, other) => {
      if (meet(one, other))
        join(one, other, { how: 'call-id', certainty: 'likely', reason: `both have ${name} in their Call-ID` })
    })
}

/** Header fields in which one call names the other, or in which both have one identity. */
function byMarks(calls: readonly Dialog[], openings: readonly Opening[], join: Join): void {
  const byCallId = new Map(calls.map((dialog) => [dialog.callId, dialog]))
  const byValue = new Map<string, { readonly dialog: Dialog; readonly name: string }[]>()
  for (const { dialog, marks } of openings)
    for (const [name, value] of marks) {
      const named = byCallId.get(value) ?? byCallId.get(value.split(';', 1)[0]!.trim())
      if (named)
        join(
          dialog,
          named,
          { how: 'header', certainty: 'certain', reason: `its ${name} is the Call-ID of ${nameOf(named)}` },
          `${name} of ${nameOf(dialog)} is the Call-ID of this one`,
        )
      const identity = identityIn(name, value)
      if (identity !== null) append(byValue, `${name.toLowerCase()} ${identity}`, { dialog, name })
    }
  for (const alike of byValue.values())
    eachPair(alike, (one, other) => {
      if (!meet(one.dialog, other.dialog)) return
      const sure = /^session-id$/i.test(one.name)
      const reason = `both have the same ${one.name}`
      join(one.dialog, other.dialog, { how: 'header', certainty: sure ? 'certain' : 'likely', reason })
    })
}

/** What of a value is an identity; null where it has none. */
function identityIn(name: string, value: string): string | null {
  const key = name.toLowerCase()
  // RFC 7989 5: that of who calls; RFC 7315 4.6.
  const text =
    key === 'p-charging-vector' ? (/icid-value="?([^";]+)/.exec(value)?.[1] ?? '') : value.split(';', 1)[0]!.trim()
  return text.length >= shortest && /\d/.test(text) && !/^0+$/.test(text) ? text : null
}

/** An INVITE that goes on from where another came to, with the same parties, before that one was over. */
function byParties(openings: readonly Opening[], unknown: number, join: Join): void {
  const arrived = new Map<number, Opening[]>()
  for (const leg of openings.toSorted((a, b) => a.at - b.at)) {
    const before = arrived.get(leg.source) ?? []
    // Where a log names one end only, the other is who wrote it; where it names none, nothing is known of either.
    const isKnown = (first: Opening) =>
      leg.source !== unknown || (first.source !== unknown && leg.destination !== unknown)
    const found = recent(before, leg.at).filter(
      (first) => first.dialog !== leg.dialog && isKnown(first) && passesOn(first, leg),
    )
    for (const first of found.length <= mostAlike ? found : []) {
      const both = alike(first.from, leg.from) && alike(first.to, leg.to)
      const certainty = both && found.length === 1 ? 'likely' : 'possible'
      const who = both ? 'the same From and To' : alike(first.from, leg.from) ? 'the same From' : 'the same To'
      const ms = Math.round((leg.at - first.at) / 1000)
      const reason = `${who}, ${ms} ms apart, the second INVITE from where the first went to`
      join(first.dialog, leg.dialog, { how: 'parties', certainty, reason })
    }
    append(arrived, leg.destination, leg)
  }
}

/** The last ones before then. */
function recent(openings: readonly Opening[], at: Micros): Opening[] {
  const found: Opening[] = []
  for (let i = openings.length - 1; i >= 0 && openings[i]!.at >= at - longestUs && found.length < 64; i--)
    found.push(openings[i]!)
  return found
}

function passesOn(first: Opening, leg: Opening): boolean {
  return (
    leg.destination !== first.source &&
    Math.min(first.dialog.endedAt, first.dialog.lastAt) >= leg.at &&
    (alike(first.from, leg.from) || alike(first.to, leg.to))
  )
}

/** The same user, or the same number with another prefix. */
function alike(one: string, other: string): boolean {
  if (one.length < shortestUser || other.length < shortestUser) return false
  if (one === other) return true
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return /^\+?\d{7,}$/.test(short) && long.endsWith(short.replace('+', ''))
}

function eachPair<Item>(items: readonly Item[], use: (one: Item, other: Item) => void): void {
  if (items.length > mostAlike) return
  for (const [i, one] of items.entries()) for (const other of items.slice(i + 1)) use(one, other)
}
