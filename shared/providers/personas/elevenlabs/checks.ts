import { inBlock } from '../../../base/address.ts'
import { printable } from '../../../base/text.ts'
import { transports } from '../../../model/transport.ts'
import { parseUri } from '../../../wire/sip/grammar.ts'
import { makeHeader } from '../../../wire/sip/message.ts'
import { elevenLabs as facts } from '../../elevenlabs.ts'
import { anyOf, type Arrived, type Refused, type Step } from '../decision.ts'
import { offerOf } from '../offer.ts'
import type { Config } from './config.ts'

/** What was looked at, and how the call is refused for it. */
export interface Checked {
  readonly step: Step
  readonly refused: Refused | null
}

export type Check = (arrived: Arrived, config: Config) => Checked

const document = { source: facts.source, asOf: facts.asOf }
/** As a=rtpmap names them. */
export const codecs = facts.codecs!

/** Which status it refuses with, its documents do not say: these are those of RFC 3261, with the cause in Warning. */
export function refusal(status: number, because: string, next: string): Refused {
  const headers = [makeHeader('Warning', `399 ringback "${because.replace(/["\\\r\n]/g, "'")}"`)]
  return { status, reason: null, headers, because, next }
}

function checked(step: Omit<Step, 'holds' | 'source'>, holds: boolean | null, refused: Refused): Checked {
  return { step: { ...step, holds, source: document }, refused: holds === false ? refused : null }
}

/** E2. */
export const checkTransport: Check = ({ transport }, config) => {
  const takes = config.transports.map((name) => transports[name].label).join(' or ')
  const notOffered = facts.notOffered!.find((one) => one.transport === transport)
  const because = notOffered?.because.replace(/\.$/, '') ?? `${transports[transport].label} is not taken: use ${takes}`
  return checked(
    { subject: 'transport', arrived: transports[transport].label, wanted: takes },
    config.transports.some((name) => name === transport),
    refusal(403, because, `Call over ${takes}.`),
  )
}

/** The user part of the request URI: the identifier. */
export const identifierOf = ({ request }: Arrived): string => parseUri(request.uri)?.user ?? ''

/** E1: `sip:host` and `sip@host` are the common mistake. */
export const checkIdentifier: Check = (arrived, { phoneNumbers = [] }) => {
  const user = identifierOf(arrived)
  return checked(
    { subject: 'identifier', arrived: printable(arrived.request.uri), wanted: 'sip:identifier@host' },
    user !== '' && (user !== 'sip' || phoneNumbers.includes(user)),
    refusal(
      404,
      'the request URI has no identifier before the @: it is required to route the call',
      `Call sip:identifier@host; an identifier is ${facts.identifier!.example}.`,
    ),
  )
}

/** E4: an access control list. */
export const checkAddress: Check = ({ source }, { allowedAddresses }) =>
  checked(
    { subject: 'allowed addresses', arrived: source.host, wanted: anyOf(allowedAddresses) },
    allowedAddresses.length === 0 || allowedAddresses.some((block) => inBlock(block, source.host)),
    refusal(403, `the source ${source.host} is in none of the allowed addresses`, 'Allow the address of the caller.'),
  )

/** E12. */
export const checkNumber: Check = (arrived, { phoneNumbers = [] }) => {
  const user = identifierOf(arrived)
  const alike = phoneNumbers.find((number) => number !== user && bare(number) === bare(user))
  return checked(
    { subject: 'phone number', arrived: printable(user), wanted: anyOf(phoneNumbers) },
    phoneNumbers.length === 0 || phoneNumbers.includes(user),
    refusal(
      404,
      alike === undefined
        ? `"${printable(user)}" is no number that was imported`
        : `"${printable(user)}" was imported as "${alike}": the leading + must match`,
      alike === undefined ? 'Import the number, or call one that was imported.' : `Call ${alike}, or import ${user}.`,
    ),
  )
}

const bare = (number: string) => number.replace(/^\+/, '')

/** E3: SDES-SRTP. */
export const checkEncryption: Check = ({ request }, { mediaEncryption }) => {
  const offer = offerOf(request)
  const fits =
    offer === null
      ? null
      : { disabled: offer.clear, allowed: offer.clear || offer.sdes, required: offer.sdes }[mediaEncryption]
  const next = mediaEncryption === 'required' ? 'Offer SRTP with keys (RTP/SAVP).' : 'Offer RTP in clear (RTP/AVP).'
  return checked(
    {
      subject: 'media encryption',
      arrived: offer?.text ?? 'no offer: it is left to the answer',
      wanted: mediaEncryption,
    },
    fits,
    refusal(488, `media encryption is ${mediaEncryption} here, and ${offer?.text} was offered`, next),
  )
}

/** E9. */
export const checkCodecs: Check = ({ request }) => {
  const offer = offerOf(request)
  const names = offer?.codecs.map((name) => printable(name)).join(', ') ?? 'no offer: it is left to the answer'
  return checked(
    { subject: 'codecs', arrived: names, wanted: codecs.join(', ') },
    offer === null ? null : offer.codecs.some((name) => codecs.includes(name.toUpperCase())),
    refusal(488, `no codec in common: ${names} were offered, ${codecs.join(', ')} are taken`, 'Offer G.711 or G.722.'),
  )
}
