import { Resolver, lookup } from 'node:dns/promises'
import { errorCode } from '../../base/errors.ts'

export interface Naptr {
  readonly order: number
  readonly preference: number
  readonly flags: string
  readonly service: string
  readonly replacement: string
}

export interface Srv {
  readonly priority: number
  readonly weight: number
  readonly port: number
  readonly name: string
}

/** The DNS questions of RFC 3263. No records is an empty list; other failures reject. */
export interface Dns {
  naptr(name: string): Promise<Naptr[]>
  srv(name: string): Promise<Srv[]>
  /** A and AAAA, IPv4 first. */
  addresses(name: string): Promise<string[]>
}

const nothing = new Set([
  'ENODATA',
  'ENOTFOUND',
  'NXDOMAIN',
  'ENOTIMP',
  'EREFUSED',
  'ESERVFAIL',
  'ETIMEOUT',
  'ECONNREFUSED',
])

/** `servers` replaces the system's name servers (and then the hosts file is not read). */
export function systemDns(servers: readonly string[] | null): Dns {
  const resolver = new Resolver({ timeout: 1500, tries: 2 })
  if (servers) resolver.setServers(servers)
  const orNone = async <T>(question: Promise<T[]>): Promise<T[]> => {
    try {
      return await question
    } catch (error) {
      if (nothing.has(errorCode(error))) return []
      throw error
    }
  }
  return {
    naptr: (name) => orNone(resolver.resolveNaptr(name)),
    srv: (name) => orNone(resolver.resolveSrv(name)),
    async addresses(name) {
      if (!servers)
        return (await orNone(lookup(name, { all: true, order: 'ipv4first' }) as Promise<{ address: string }[]>)).map(
          ({ address }) => address,
        )
      const [v4, v6] = await Promise.all([orNone(resolver.resolve4(name)), orNone(resolver.resolve6(name))])
      return [...v4, ...v6]
    },
  }
}
