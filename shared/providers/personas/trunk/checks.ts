import { inBlock } from '../../../base/address.ts'
import { printable } from '../../../base/text.ts'
import { isE164 } from '../../../model/countries.ts'
import { transports } from '../../../model/transport.ts'
import { parseUri } from '../../../wire/sip/grammar.ts'
import { headerFields } from '../../../wire/sip/message.ts'
import { callerIdHeaders, callerIdsIn } from '../caller-ids.ts'
import { anyOf, refusal, type Arrived, type Refused, type Step } from '../decision.ts'
import { offerOf } from '../offer.ts'
import type { TrunkConfig } from './config.ts'

/** What was compared, and how the call is refused where it does not hold. */
export interface Checked {
  readonly step: Omit<Step, 'source'>
  readonly refused: Refused
}

/** What is looked at before credentials: where the call comes from, and to whom. */
export function* outside(arrived: Arrived, config: TrunkConfig): Generator<Checked> {
  const { label } = transports[arrived.transport]
  const taken = (config.transports ?? []).map((name) => transports[name].label)
  const wanted = anyOf(taken)
  yield {
    step: { subject: 'transport', arrived: label, wanted, holds: taken.length === 0 || taken.includes(label) },
    refused: refusal(403, `${label} is not taken: use ${wanted}`, `Call over ${wanted}.`),
  }
  const { host } = arrived.source
  const { allowedAddresses: blocks, domain } = config
  yield {
    step: {
      subject: 'allowed addresses',
      arrived: host,
      wanted: anyOf(blocks),
      holds: blocks.length === 0 || blocks.some((block) => inBlock(block, host)),
    },
    refused: refusal(
      403,
      `the source ${host} is in none of the allowed addresses`,
      'Allow the address that the platform calls from.',
    ),
  }
  if (domain === undefined) return
  const named = parseUri(arrived.request.uri)?.host ?? ''
  yield {
    step: {
      subject: 'host of the request URI',
      arrived: printable(named),
      wanted: domain,
      holds: named.toLowerCase() === domain.toLowerCase(),
    },
    refused: refusal(
      404,
      `the request URI names ${printable(named)}, not ${domain}`,
      `Put ${domain} into the request URI.`,
    ),
  }
}

/** What is looked at behind credentials. */
export function* inside(arrived: Arrived, config: TrunkConfig): Generator<Checked> {
  yield* headers(arrived, config)
  yield* numbers(arrived, config)
  yield* media(arrived, config)
}

function* headers({ request }: Arrived, { requiredHeaders }: TrunkConfig): Generator<Checked> {
  for (const { name, value } of requiredHeaders) {
    const came = headerFields(request, name.toLowerCase())
    const holds = value === undefined ? came.length > 0 : came.includes(value)
    yield {
      step: {
        subject: `header ${name}`,
        arrived: came.length === 0 ? 'missing' : came.map((one) => printable(one)).join(', '),
        wanted: value ?? 'it is there',
        holds,
      },
      refused: refusal(
        403,
        `the header ${name} ${came.length === 0 ? 'is missing' : 'has another value than it must'}`,
        `Send ${name}${value === undefined ? '' : `: ${value}`} with the INVITE.`,
      ),
    }
  }
}

const forms = {
  'any': { is: () => true, example: 'any' },
  'e164': { is: isE164, example: 'E.164 with +, as +15105550100' },
  'no-plus': { is: (number: string) => isE164(`+${number}`), example: 'E.164 without +, as 15105550100' },
}

function* numbers(arrived: Arrived, { number, callerId }: TrunkConfig): Generator<Checked> {
  const called = printable(parseUri(arrived.request.uri)?.user ?? '')
  const { is, example } = forms[number]
  yield {
    step: { subject: 'called number', arrived: called, wanted: example, holds: is(called) },
    refused: refusal(404, `the called number "${called}" has not the form ${example}`, `Dial ${example}.`),
  }
  const { header, numbers: allowed } = callerId
  const carried = callerIdHeaders.flatMap((name) => callerIdsIn(arrived, name).map((id) => ({ name, id })))
  const ids = carried.filter(({ name }) => name === header).map(({ id }) => id)
  yield {
    step: {
      subject: `caller ID in ${header}`,
      arrived: carried.map(({ name, id }) => `${name}: ${id}`).join('; ') || 'none',
      wanted: anyOf(allowed ?? []),
      holds: ids.length > 0 && (allowed === undefined || ids.every((id) => allowed.includes(id))),
    },
    refused: refusal(
      403,
      ids.length === 0
        ? `no ${header} says who calls`
        : `the caller ID ${ids.join(', ')} in ${header} may not be shown`,
      `Put a number that may be shown into ${header}.`,
    ),
  }
}

function* media({ request }: Arrived, { codecs, mediaEncryption }: TrunkConfig): Generator<Checked> {
  const offer = offerOf(request)
  const none = 'no offer: it is left to the answer'
  const fits = offer && {
    disabled: offer.clear,
    allowed: offer.clear || offer.sdes,
    required: offer.sdes,
    dtls: offer.dtls,
  }
  yield {
    step: {
      subject: 'media encryption',
      arrived: offer?.text ?? none,
      wanted: mediaEncryption,
      holds: fits && fits[mediaEncryption],
    },
    refused: refusal(
      488,
      `media encryption is ${mediaEncryption} here, and ${offer?.text ?? ''} was offered`,
      mediaEncryption === 'disabled' ? 'Offer RTP in clear (RTP/AVP).' : 'Offer SRTP as the trunk takes it.',
    ),
  }
  const names = offer?.codecs.map((name) => printable(name)).join(', ') ?? none
  const wanted = codecs.map((name) => name.toUpperCase())
  yield {
    step: {
      subject: 'codecs',
      arrived: names,
      wanted: codecs.join(', '),
      holds: offer && offer.codecs.some((name) => wanted.includes(name.toUpperCase())),
    },
    refused: refusal(
      488,
      `no codec in common: ${names} were offered, ${codecs.join(', ')} are taken`,
      `Offer ${codecs.join(' or ')}.`,
    ),
  }
}
