import { parseHostPort } from '../base/address.ts'
import { printable } from '../base/text.ts'
import { parseUri } from '../wire/sip/grammar.ts'
import type { SipResponse } from '../wire/sip/message.ts'
import { elevenLabs } from './elevenlabs.ts'
import { liveKit } from './livekit.ts'
import { openAi } from './openai.ts'
import type { Provider, ProviderRefusal } from './provider.ts'
import { retell } from './retell.ts'
import { telnyx } from './telnyx.ts'
import { twilio } from './twilio.ts'
import { vapi } from './vapi.ts'

export const providers: readonly Provider[] = [elevenLabs, openAi, retell, telnyx, twilio, vapi, liveKit]

/** The variable that a voice platform makes of an inbound header; null for headers that become none. */
export function variableOf(name: string): string | null {
  return ruleFor(name)?.variable ?? null
}

/** What a header that no standard describes is to voice platforms, and who says so; null where none takes it. */
export function platformMeaning(name: string): { readonly text: string; readonly source: string } | null {
  const rule = ruleFor(name)
  if (!rule) return null
  const { variable, own, provider } = rule
  return own
    ? { text: `Call metadata for voice platforms: becomes the variable ${variable}.`, source: provider.source }
    : {
        text: `A header of the sender’s own; voice platforms pass it on as the variable ${printable(variable)}.`,
        source: 'not standardised',
      }
}

function ruleFor(name: string): { variable: string; own: boolean; provider: Provider } | null {
  const key = name.toLowerCase()
  for (const provider of providers) {
    if (!provider.variables) continue
    const { named, prefix } = provider.variables
    const known = Object.hasOwn(named, key) ? named[key] : undefined
    if (known !== undefined) return { variable: known, own: true, provider }
    if (key.startsWith(prefix.header) && key.length > prefix.header.length)
      return { variable: prefix.variable + key.slice(prefix.header.length).replaceAll('-', '_'), own: false, provider }
  }
  return null
}

/** What the words of a refusal say beyond its status, if they are a provider's; `requestUri`: where the call went. */
export function providerRefusal({ status, reason }: SipResponse, requestUri: string): ProviderRefusal | null {
  const said = reason.toLowerCase()
  const host = parseUri(requestUri)?.host ?? ''
  for (const provider of providers) {
    const { refusals } = provider
    const there = isAt(provider, host)
    for (const refusal of refusals) {
      if (refusal.status !== status || (refusal.atDomain && !there)) continue
      if (refusal.reason === '' ? said.trim() === '' : said.includes(refusal.reason.toLowerCase())) return refusal
    }
  }
  return null
}

/** The provider whose service that is, by an address `host` or `host:port`; null where none is known to have it. */
export function providerAt(address: string): Provider | null {
  const host = parseHostPort(address)?.host
  return (host !== undefined && providers.find((provider) => isAt(provider, host))) || null
}

function isAt({ domains }: Provider, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`))
}
