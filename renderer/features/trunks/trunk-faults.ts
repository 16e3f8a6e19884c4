import { parseHostPort } from '../../../shared/base/address.ts'
import type { StoredTrunk } from '../../../shared/contract/commands.ts'
import { webSocketResourcePattern } from '../../../shared/model/transport.ts'
import { providerOfTrunk } from '../../../shared/providers/index.ts'
import { addressFault } from '../../../shared/words/dial.ts'
import { customHeaderFault } from '../../../shared/words/own-headers.ts'
import type { HeaderRow } from '../../state/ui.ts'

/** What is wrong with the settings of a trunk, by field; null where nothing is. */
export interface TrunkFaults {
  readonly name: string | null
  readonly address: string | null
  readonly user: string | null
  readonly proxy: string | null
  readonly webSocketResource: string | null
  readonly headers: string | null
}

export function trunkFaults(
  { name, address, authentication, user, proxy, webSocketResource }: StoredTrunk,
  rows: readonly HeaderRow[],
): TrunkFaults {
  const headers = rows.map((row) =>
    row.name === '' && row.value === '' ? null : customHeaderFault(row.name, row.value),
  )
  return {
    name: /^[A-Za-z0-9._-]{1,64}$/.test(name) ? null : 'a name has letters, digits and . _ - and no spaces',
    address:
      address === ''
        ? 'the host name or IP address of the trunk is needed'
        : address.startsWith('.')
          ? `what is yours of the address is missing before ${address}`
          : (addressFault(address)?.text ?? null),
    user: authentication === 'digest' && (user ?? '') === '' ? 'digest authentication needs a user name' : null,
    proxy: proxy === undefined ? null : (addressFault(proxy)?.text ?? null),
    webSocketResource:
      webSocketResource === undefined || webSocketResourcePattern.test(webSocketResource)
        ? null
        : 'a path begins with / and has no spaces',
    headers: headers.find((fault) => fault !== null)?.text ?? null,
  }
}

/** A name for a trunk at that address which no other has: its provider's, else its host. */
export function usualName(address: string, provider: string | undefined, taken: readonly string[]): string {
  const host = parseHostPort(address)?.host ?? ''
  const known = providerOfTrunk({ provider, address })
  const from = known ? known.name.toLowerCase() : host
  const name = from.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60)
  let free = name
  for (let i = 2; taken.includes(free); i++) free = `${name}-${i}`
  return free
}
