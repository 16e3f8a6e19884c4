import { parseHostPort } from '../base/address.ts'
import type { CallReport, Stream } from '../contract/report.ts'
import { methodOf, statusOf } from './message-facts.ts'

/** What a ladder is drawn from: a call, or messages alone. */
export type LadderSource = Pick<
  CallReport,
  'direction' | 'messages' | 'streams' | 'media' | 'timeline' | 'verdict' | 'placed' | 'droppedMessages'
>

/** A vertical of the ladder: an address, or a host where the hosts of signalling differ. */
export interface Column {
  /** The address or the host. */
  readonly key: string
  /** Who that is: this computer, a trunk's name, caller, called party, proxy, or whose media. */
  readonly name: string
  readonly addresses: readonly string[]
}

export interface Columns {
  readonly all: readonly Column[]
  /** Where the peer stands: the column that what is addressed to nobody known goes to. */
  readonly peer: number
  /** The column of an address; null where no column has it. */
  place(address: string): number | null
}

export const hostOf = (address: string): string => parseHostPort(address)?.host ?? address

/** Hosts of signalling in the order in which they first speak, ours first; beside each side the hosts of its media. */
export function columnsOf(source: LadderSource): Columns {
  const { streams } = source
  const signalling = addressesOf(source)
  const hosts = [...new Set(signalling.map(hostOf))]
  const byHost = hosts.length > 1
  const keys = byHost ? hosts : [...new Set(signalling)]
  const keyOf = (address: string) => (byHost ? hostOf(address) : address)
  const names = namesOf(source, keys, keyOf)
  const addresses = grouped(signalling, keyOf)
  const columns = keys.map((key) => ({ key, name: names.get(key) ?? '', addresses: addresses.get(key) ?? [] }))
  const known = new Set([...keys, ...hosts])
  const own = mediaHosts(streams, known, true)
  const ownHosts = new Set(own)
  const theirs = mediaHosts(streams, known, false).filter((host) => !ownHosts.has(host))
  const ofMedia = grouped([...new Set(streams.flatMap(({ source: from, destination }) => [from, destination]))], hostOf)
  const media = (found: readonly string[], name: string): Column[] =>
    found.map((host) => ({ key: host, name, addresses: ofMedia.get(host) ?? [] }))
  const all =
    columns.length === 0
      ? media([...new Set([...own, ...theirs])], 'media')
      : [
          ...columns.slice(0, 1),
          ...media(own, `media of ${nameAt(columns, 0, 'this side')}`),
          ...columns.slice(1),
          ...media(theirs, `media of ${nameAt(columns, columns.length - 1, 'the peer')}`),
        ]
  const peer = columns.length > 1 ? 1 + own.length : 0
  const index = new Map(all.map(({ key }, i) => [key, i]))
  return {
    all,
    peer: columns.length === 0 && all.length > 1 ? 1 : peer,
    place: (address) => index.get(address) ?? index.get(hostOf(address)) ?? null,
  }
}

const nameAt = (columns: readonly Column[], i: number, otherwise: string) => columns[i]?.name || otherwise

/** Every address that signals, ours first. */
function addressesOf({ messages, direction }: LadderSource): string[] {
  const [first] = messages
  if (!first) return []
  const ours = direction === 'inbound' ? first.destination : first.source
  return [...new Set([ours, ...messages.flatMap(({ source, destination }) => [source, destination])])]
}

/** Hosts that only media comes from or goes to: on the side of whoever began (`ours`), or on the other. */
function mediaHosts(streams: readonly Stream[], known: ReadonlySet<string>, ours: boolean): string[] {
  const found = streams.flatMap(({ source, destination, toPeer }) => [
    ...((toPeer !== false) === ours ? [source] : []),
    ...((toPeer !== false) === ours ? [] : [destination]),
  ])
  return [...new Set(found.map(hostOf))].filter((host) => !known.has(host))
}

function grouped(addresses: readonly string[], keyOf: (address: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const address of addresses) {
    const group = groups.get(keyOf(address))
    if (group) group.push(address)
    else groups.set(keyOf(address), [address])
  }
  return groups
}

/** Who each host of signalling is, as far as the first request tells: whoever hands it on is a proxy. */
function namesOf(
  { messages, direction, placed }: LadderSource,
  keys: readonly string[],
  keyOf: (address: string) => string,
): Map<string, string> {
  const requests = messages.filter((message) => statusOf(message) === null)
  const first = requests.find((message) => methodOf(message) === 'INVITE') ?? requests[0]
  if (!first) return new Map()
  // Only the way of that one: a later request may go back.
  const way = requests.filter(({ cseq }) => cseq === first.cseq)
  const senders = new Set(way.map(({ source }) => keyOf(source)))
  const receivers = new Set(way.map(({ destination }) => keyOf(destination)))
  const [began, reached] = [keyOf(first.source), keyOf(first.destination)]
  const [client, server] = Object.hasOwn(sides, methodOf(first))
    ? sides[methodOf(first)]!
    : (['client', 'server'] as const)
  const nameOf = (key: string): string => {
    if (direction === 'inbound') return key === reached ? 'this computer' : key === began ? 'caller' : ''
    if (direction === 'outbound')
      return key === began ? 'this computer' : key === reached ? (placed?.trunk ?? 'peer') : ''
    if (key === began) return client
    if (senders.has(key)) return 'proxy'
    return receivers.has(key) ? server : ''
  }
  return new Map(keys.map((key) => [key, nameOf(key)]))
}

/** Who begins and who is reached, by method. */
const sides: Readonly<Record<string, readonly [string, string]>> = {
  INVITE: ['caller', 'called party'],
  REGISTER: ['phone', 'registrar'],
}
