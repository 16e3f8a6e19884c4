import { isIp } from '../../../../shared/base/address.ts'
import { transportNamed, transports, type Target, type TransportName } from '../../../../shared/model/transport.ts'
import type { SipUri } from '../../../../shared/wire/sip/grammar.ts'
import type { Random } from '../../base/random.ts'
import type { Dns, Srv } from './dns.ts'

/** A question and its answer, in words, so that the way to a target can be shown. */
export type ResolutionStep = string

export interface Resolution {
  /** In the order in which they are to be tried; empty when the name does not resolve. */
  readonly targets: readonly Target[]
  readonly steps: readonly ResolutionStep[]
  /** The domain says that it has no such service (RFC 2782). */
  readonly noService: boolean
  /** The transport was the person's choice: a large request may not change it. */
  readonly transportFixed: boolean
}

/** Records of one answer that are followed: each may be a name to ask for, and a target to wait for. */
const mostRecords = 20

const services: Readonly<Record<string, TransportName>> = { 'SIPS+D2T': 'tls', 'SIP+D2T': 'tcp', 'SIP+D2U': 'udp' }
const srvPrefix: Readonly<Record<'udp' | 'tcp' | 'tls', string>> = {
  udp: '_sip._udp.',
  tcp: '_sip._tcp.',
  tls: '_sips._tcp.',
}
const defaultPort = (transport: TransportName): number => transports[transport].defaultPort
/** What a sips URI turns a transport into (RFC 3261 26.2.2, RFC 7118 5.4). */
const secured = (transport: TransportName): TransportName => (transports[transport].webSocket ? 'wss' : 'tls')

/** From a next hop to the addresses to try (RFC 3263 4). `transport` overrides what the URI says. */
export async function resolveTarget(
  uri: SipUri,
  transport: TransportName | null,
  dns: Dns,
  random: Random,
): Promise<Resolution> {
  const steps: string[] = []
  const secure = uri.scheme === 'sips'
  const asked = transport ?? transportNamed(uri.params.get('transport')) ?? null
  const fixed = secure ? secured(asked ?? 'tls') : asked
  const host = uri.params.get('maddr') || uri.host
  const serverName = uri.host
  let noService = false
  const done = (targets: Target[]): Resolution => ({ targets, steps, noService, transportFixed: fixed !== null })

  if (isIp(host) || uri.port !== null) {
    const chosen = fixed ?? 'udp'
    return done(
      await addressesOf({ host, port: uri.port ?? defaultPort(chosen), transport: chosen, serverName }, dns, steps),
    )
  }
  const candidates = await transportsOf(host, fixed, dns, steps)
  const targets: Target[] = []
  for (const { transport, name } of candidates) {
    const records = take(order(await dns.srv(name), random), `SRV ${name}`, steps, (r) =>
      [r.priority, r.weight, r.port, r.name].join(' '),
    )
    // A service that is decidedly not there (RFC 2782): nothing is asked of the host in its place.
    if (records.length > 0 && records.every((record) => isRoot(record.name))) {
      noService = true
      steps.push(`SRV ${name}: the target "." says that there is no such service`)
      continue
    }
    for (const record of records)
      targets.push(...(await addressesOf({ host: record.name, port: record.port, transport, serverName }, dns, steps)))
  }
  if (targets.length > 0 || noService) return done(targets)
  const chosen = fixed ?? 'udp'
  return done(await addressesOf({ host, port: defaultPort(chosen), transport: chosen, serverName }, dns, steps))
}

/** NAPTR where the transport is open, else the SRV name of the given transport (RFC 3263 4.1). */
async function transportsOf(
  host: string,
  fixed: TransportName | null,
  dns: Dns,
  steps: string[],
): Promise<{ transport: TransportName; name: string }[]> {
  if (!host.includes('.')) return []
  if (fixed !== null)
    return Object.hasOwn(srvPrefix, fixed) ? [{ transport: fixed, name: srvPrefix[fixed as 'udp'] + host }] : []
  const records = (await dns.naptr(host))
    .filter((record) => record.flags.toLowerCase() === 's' && Object.hasOwn(services, record.service.toUpperCase()))
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
  const taken = take(records, `NAPTR ${host}`, steps, (r) =>
    [r.order, r.preference, r.service, r.replacement].join(' '),
  )
  if (taken.length > 0)
    return taken.map((record) => ({ transport: services[record.service.toUpperCase()]!, name: record.replacement }))
  return (['udp', 'tcp', 'tls'] as const).map((transport) => ({ transport, name: srvPrefix[transport] + host }))
}

/** The records that are followed; the step says what came. */
function take<T>(records: readonly T[], question: string, steps: string[], text: (record: T) => string): readonly T[] {
  const taken = records.slice(0, mostRecords)
  const more = records.length - taken.length
  const beyond = more > 0 ? `, and ${more} more that are not followed` : ''
  steps.push(`${question}: ${taken.map(text).join(', ') || 'no records'}${beyond}`)
  return taken
}

/** Resolvers give the root as an empty name or as a dot. */
const isRoot = (name: string) => name === '' || name === '.'

/** One target for each address of the host of `target`. */
async function addressesOf(target: Target, dns: Dns, steps: string[]): Promise<Target[]> {
  const { host } = target
  if (isIp(host)) return [target]
  const addresses = take(await dns.addresses(host), `A/AAAA ${host}`, steps, (address) => address)
  return addresses.map((address) => ({ ...target, host: address }))
}

/** Lowest priority first; among equals a weighted draw (RFC 2782). */
export function order(records: readonly Srv[], random: Random): Srv[] {
  const ordered: Srv[] = []
  for (const priority of [...new Set(records.map((record) => record.priority))].sort((a, b) => a - b)) {
    const left = records.filter((record) => record.priority === priority).sort((a, b) => a.weight - b.weight)
    while (left.length > 0) {
      const sum = left.reduce((total, record) => total + record.weight, 0)
      let draw = random.uint32() % (sum + 1)
      const index = left.findIndex((record) => (draw -= record.weight) <= 0)
      ordered.push(...left.splice(index < 0 ? left.length - 1 : index, 1))
    }
  }
  return ordered
}
