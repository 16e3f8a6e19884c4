import { transportNames, transports } from '../../shared/model/transport.ts'
import { codecDescriptor, codecNames } from '../../shared/model/codecs.ts'
import { srtpSuites, type SrtpSuite } from '../../shared/model/encryption.ts'
import type { Entry } from './ordered-choice.tsx'

/** Options of settings that several screens have, in the platforms' own words. */
export const transportChoices = transportNames.map((name) => [name, transports[name].label] as const)
export const encryptions = [
  ['disabled', 'Disabled'],
  ['allowed', 'Allowed'],
  ['required', 'Required'],
  ['dtls', 'Required, by DTLS'],
] as const
export const packetTimes = ['10', '20', '30', '40', '60'].map((ms) => [ms, `${ms} ms`] as const)
export const encryptionFormChoices = [
  ['one-line', 'One line: RTP/AVP with keys'],
  ['two-lines', 'Two lines: RTP/SAVP, then RTP/AVP'],
] as const

/** What of each form a person must know to choose it. */
export const encryptionFormHint =
  'How SRTP that is allowed is offered. One line is best effort encryption (RFC 8643); two lines let the peer refuse ' +
  'one of them. Where the peer refuses the first form, the other is offered.'

/** Codecs as they are chosen and ordered. */
export const codecEntries: readonly Entry[] = codecNames().map((name) => {
  const { title, isNoise = false } = codecDescriptor(name)!
  return { name, title: name === 'L16' ? 'linear, 16, 8, 48 and 44.1 kHz' : title, beside: isNoise }
})

const suiteTitles: { readonly [Suite in SrtpSuite]: string } = {
  AES_CM_128_HMAC_SHA1_80: 'AES-128 with a tag of 80 bits: every peer that has SRTP has it (RFC 4568)',
  AES_CM_128_HMAC_SHA1_32: 'AES-128 with a tag of 32 bits: shorter packets, easier to forge (RFC 4568)',
  AES_256_CM_HMAC_SHA1_80: 'AES-256 with a tag of 80 bits (RFC 6188)',
  AES_256_CM_HMAC_SHA1_32: 'AES-256 with a tag of 32 bits (RFC 6188)',
  AEAD_AES_128_GCM: 'AES-128 in GCM (RFC 7714)',
  AEAD_AES_256_GCM: 'AES-256 in GCM, the strongest (RFC 7714)',
}
export const suiteEntries: readonly Entry[] = srtpSuites.map((name) => ({ name, title: suiteTitles[name] }))
