import { canonicalHost, inBlock, isIp, parseHostPort } from '../base/address.ts'
import { azureOpenAi } from './azure.ts'
import { chime } from './chime.ts'
import { complete } from './complete.ts'
import { daily } from './daily.ts'
import { elevenLabs } from './elevenlabs.ts'
import { liveKit } from './livekit.ts'
import { openAi } from './openai.ts'
import { pbx } from './pbx.ts'
import { plivo } from './plivo.ts'
import type { Provider } from './provider.ts'
import { retell } from './retell.ts'
import { signalWire } from './signalwire.ts'
import { synthflow } from './synthflow.ts'
import { telnyx } from './telnyx.ts'
import { twilioElastic } from './twilio-elastic.ts'
import { twilioVoice } from './twilio-voice.ts'
import { ultravox } from './ultravox.ts'
import { vapi } from './vapi.ts'
import { vonage } from './vonage.ts'
import { xAi } from './xai.ts'

/** Those that come with Ringback. */
export const builtIn: readonly Provider[] = [
  elevenLabs,
  liveKit,
  twilioElastic,
  twilioVoice,
  telnyx,
  retell,
  openAi,
  azureOpenAi,
  xAi,
  vapi,
  synthflow,
  ultravox,
  daily,
  plivo,
  vonage,
  chime,
  signalWire,
  pbx,
].map(complete)

let own: readonly Provider[] = []
let known = builtIn

const sameName = (a: Provider, b: Provider) => a.name.toLowerCase() === b.name.toLowerCase()

/**
 * What the person has of their own, once for each process and thread: before the others, and instead of one of the same
 * name.
 */
export function setOwnProviders(mine: readonly Provider[]): void {
  own = mine
  known = [...own, ...builtIn.filter((provider) => !own.some((one) => sameName(one, provider)))]
}

/** Those of the person’s own. */
export const ownProviders = (): readonly Provider[] => own

/** All that are known. */
export const providers = (): readonly Provider[] => known

/** By its name, whatever the case; null where there is none. */
export function providerNamed(name: string): Provider | null {
  return known.find((provider) => provider.name.toLowerCase() === name.toLowerCase()) ?? null
}

/** The provider whose service that is, by an address `host` or `host:port`; null where none is known to have it. */
export function providerAt(address: string): Provider | null {
  const host = parseHostPort(address)?.host
  return (host !== undefined && known.find((provider) => isAt(provider, host))) || null
}

/** The provider of a trunk: the one whose domain its address is in, else the one that was chosen for it. */
export function providerOfTrunk(trunk: {
  readonly provider?: string | undefined
  readonly address: string
}): Provider | null {
  const [chosen, at] = [trunk.provider === undefined ? null : providerNamed(trunk.provider), providerAt(trunk.address)]
  return chosen && (!at || chosen.domains.length === 0) ? chosen : at
}

/** Whether a host name is one of the provider's domains, or in one. */
export function isAt({ domains }: Pick<Provider, 'domains'>, host: string): boolean {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.')
  return domains.some((domain) => {
    const wanted = domain.split('.')
    const from = labels.length - wanted.length
    return from >= 0 && wanted.every((label, i) => label === '*' || label === labels[from + i])
  })
}

/** A range that an address lies in, and whose it is. */
export interface AddressMatch {
  readonly provider: Provider
  readonly range: NonNullable<Provider['addresses']>[number]
}

/** Whose address that is, by the ranges that providers publish: an IPv4 or IPv6 literal; empty where nobody’s. */
export function rangesOf(host: string): AddressMatch[] {
  if (!isIp(host)) return []
  const address = canonicalHost(host)
  return known.flatMap((provider) =>
    (provider.addresses ?? []).filter(({ cidr }) => inBlock(cidr, address)).map((range) => ({ provider, range })),
  )
}
