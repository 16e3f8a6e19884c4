import { parseHostPort } from '../../../shared/base/address.ts'
import { visible } from '../../../shared/base/text.ts'
import type { AddressOwners } from '../../../shared/contract/providers.ts'
import { isAt, ownProviders, providers, rangesOf } from '../../../shared/providers/index.ts'
import type { Provider } from '../../../shared/providers/provider.ts'
import { usage } from '../base/errors.ts'
import type { Profile } from '../store/profile.ts'
import type { Handlers } from './handlers.ts'

export function providerHandlers(profile: Profile): Handlers<'provider'> {
  const isYours = (provider: Provider) => ownProviders().includes(provider)
  return {
    'provider.list': () => {
      profile.readProviders()
      return {
        providers: providers()
          .map((provider) => ({ ...provider, yours: isYours(provider) }))
          .toSorted((a, b) => a.name.localeCompare(b.name)),
        problems: [...profile.providerProblems],
      }
    },
    'provider.address': ({ address }) => {
      profile.readProviders()
      const host = parseHostPort(address)?.host
      if (host === undefined)
        throw usage(`"${visible(address.slice(0, 80))}" is no address: give an IP address or a host name`)
      return { address, owners: ownersOf(host, isYours) }
    },
  }
}

function ownersOf(host: string, isYours: (provider: Provider) => boolean): AddressOwners['owners'] {
  const byRange = rangesOf(host).map(({ provider, range }) => {
    const { source, url, asOf } = range.from ?? provider
    return {
      provider: provider.name,
      by: range.cidr,
      use: range.use,
      ...(range.region !== undefined && { region: range.region }),
      source,
      ...(url !== undefined && { url }),
      asOf,
      yours: isYours(provider),
    }
  })
  const byName = providers().flatMap((provider) => {
    const domain = provider.domains.find((one) => isAt({ domains: [one] }, host))
    if (domain === undefined) return []
    const { name, source, url, asOf } = provider
    const use = 'signalling' as const
    return [{ provider: name, by: domain, use, source, ...(url && { url }), asOf, yours: isYours(provider) }]
  })
  return [...byRange, ...byName]
}
