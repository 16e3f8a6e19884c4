import { isAt, providers, rangesOf } from '../../../shared/providers/index.ts'
import type { Provider } from '../../../shared/providers/provider.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import { parseNameAddr, parseUri } from '../../../shared/wire/sip/grammar.ts'
import { headerFields, headerList } from '../../../shared/wire/sip/message.ts'

/**
 * The providers that the called side is known to be of by anything but the words of a refusal: the host that was called
 * or goes between, the address that answered, the name of its software. Empty where nothing says so.
 */
export function peerProviders({ vantage, invite, final, ringing }: CallFacts): readonly Provider[] {
  const request = invite?.message
  // The refusal of a call that came in is ours.
  if (vantage === 'inbound' || request?.kind !== 'request') return []
  const response = final ?? ringing
  const routes = headerList(request, 'route').map((value) => parseNameAddr(value)?.uri ?? '')
  const hosts = [request.uri, ...routes].flatMap((uri) => parseUri(uri)?.host ?? [])
  const software = (response?.message ? ['server', 'user-agent'] : [])
    .flatMap((name) => headerFields(response!.message!, name))
    .flatMap((value) => value.toLowerCase().split(/[^a-z0-9]+/))
  const own = response ? rangesOf(response.event.source.host).map(({ provider }) => provider) : []
  return providers().filter(
    (provider) =>
      hosts.some((host) => isAt(provider, host)) ||
      own.includes(provider) ||
      provider.software.some((name) => software.includes(name.toLowerCase())),
  )
}
