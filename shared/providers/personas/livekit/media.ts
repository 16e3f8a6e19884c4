import type { Encryption } from '../../../model/encryption.ts'
import type { SipRequest } from '../../../wire/sip/message.ts'
import { liveKit, liveKitAnswers } from '../../livekit.ts'
import type { Step } from '../decision.ts'
import { offerOf } from '../offer.ts'
import { encryptionOf, type Rule, type Trunk } from './config.ts'

const modes = {
  SIP_MEDIA_ENCRYPT_DISABLE: 'disabled',
  SIP_MEDIA_ENCRYPT_ALLOW: 'allowed',
  SIP_MEDIA_ENCRYPT_REQUIRE: 'required',
} as const satisfies Readonly<Record<string, Encryption>>

export interface MediaMatch {
  readonly steps: readonly Step[]
  readonly encryption: Encryption
  /** Of voices, as they are named here. */
  readonly codecs: readonly string[]
  /** A clause; null where it can be answered. */
  readonly fault: string | null
}

/** Whether the offer has a codec and an encryption that trunk and rule take: a trunk that says nothing takes none. */
export function matchMedia(request: SipRequest, trunk: Trunk, rule: Rule): MediaMatch {
  const encryption = modes[encryptionOf(rule, trunk)]
  const codecs = codecsOf(rule, trunk)
  const offer = offerOf(request)
  const step = (subject: string, arrived: string, wanted: string, holds: boolean): Step => ({
    subject,
    arrived,
    wanted,
    holds,
    source: liveKitAnswers,
  })
  if (!offer) {
    const steps = [step('the offer', 'none', 'a session description with audio', false)]
    return { steps, encryption, codecs, fault: 'the INVITE offers no audio' }
  }
  const voices = offer.codecs.filter((codec) => codecs.some((one) => one.toLowerCase() === codec.toLowerCase()))
  const keys = offer.suites.some((suite) => liveKit.encryption!.suites!.includes(suite))
  const common = encryption === 'disabled' ? offer.clear : encryption === 'required' ? keys : offer.clear || keys
  const protection = offer.suites.length > 0 ? `${offer.text} (${offer.suites.join(', ')})` : offer.text
  const steps = [
    step('codecs', offer.codecs.join(', '), codecs.join(', '), voices.length > 0),
    step('media encryption', protection, encryption, common),
  ]
  const lacks = [...(voices.length > 0 ? [] : ['codec']), ...(common ? [] : ['encryption'])]
  return { steps, encryption, codecs, fault: lacks.length > 0 ? `no ${lacks.join(' and no ')} is in common` : null }
}

function codecsOf(...parts: readonly Pick<Trunk, 'media'>[]): string[] {
  const listed = parts.flatMap(({ media }) => media?.codecs.map(({ name }) => name) ?? [])
  const only = parts.some(({ media }) => media?.onlyListedCodecs)
  const usual = (liveKit.codecs ?? []).filter((codec) => codec !== 'telephone-event')
  return [...new Set(only ? listed : [...usual, ...listed])]
}
