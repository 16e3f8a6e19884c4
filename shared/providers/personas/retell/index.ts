import { usualCodecs } from '../../../model/codecs.ts'
import { transports } from '../../../model/transport.ts'
import { parseUri } from '../../../wire/sip/grammar.ts'
import { countriesOf } from '../../../model/countries.ts'
import { retell } from '../../retell.ts'
import {
  addressOf,
  answered,
  anyOf,
  refusal,
  type Arrived,
  type Decision,
  type Refused,
  type Step,
} from '../decision.ts'
import { offerOf } from '../offer.ts'
import type { PersonaDefinition } from '../persona.ts'
import { numberSchema, type ImportedNumber } from './config.ts'

/** The side of its agents: what calls over the origination URI of a trunk come to. */
export const retellPersona: PersonaDefinition = {
  name: 'retell',
  provider: 'Retell',
  title: 'agents behind imported numbers: the side that the origination URI of a trunk leads to',
  transports: (retell.transports ?? []).map(({ name }) => name),
  schema: numberSchema,
  mostDocuments: 50,
  asksWebhook: false,
  example: { phone_number: '+14157774444', termination_uri: 'example.pstn.twilio.com', inbound_agent_id: 'agent_1' },
  open(documents) {
    const numbers = documents.map((document) => numberSchema.parse(document))
    return { decide: (arrived) => decide(arrived, numbers) }
  },
}

function decide(arrived: Arrived, numbers: readonly ImportedNumber[]): Decision {
  const source = { source: retell.source, asOf: retell.asOf, ...(retell.url !== undefined && { url: retell.url }) }
  const steps: Step[] = []
  const holds = (subject: string, came: string, wanted: string, is: boolean | null, ours = false): boolean => {
    steps.push({ subject, arrived: came, wanted, holds: is, source: ours ? null : source })
    return is !== false
  }
  const refuse = (response: Refused): Decision => ({
    steps,
    challenge: null,
    outcome: { kind: 'refuse', refused: response, rings: false },
    got: [],
    variables: [],
  })
  const taken = (retell.transports ?? []).map(({ name }) => transports[name].label)
  const { label } = transports[arrived.transport]
  if (!holds('transport', label, taken.join(', '), taken.includes(label)))
    return refuse(refusal(403, `it does not take calls over ${label}`, `Call over ${taken.join(' or ')}.`))
  const called = parseUri(arrived.request.uri)?.user ?? ''
  const number = numbers.find(({ phone_number }) => phone_number === called)
  const wanted = anyOf(numbers.map(({ phone_number }) => phone_number))
  if (!holds('imported numbers', called, wanted, numbers.length === 0 || number !== undefined))
    return refuse(refusal(404, 'the called number was not imported', 'Import the number, in E.164 form.'))
  const from = addressOf(arrived, 'from')?.user ?? ''
  const [countries, allowed] = [countriesOf(from), number?.allowed_inbound_country_list ?? []]
  const known = countries.length > 0 ? countries.some((country) => allowed.includes(country)) : null
  const of = countries.join(' or ') || `${from}, of no country that is known`
  if (!holds('country of the caller', of, anyOf(allowed), allowed.length === 0 || known, true))
    return refuse(refusal(403, `calls from ${of} are not allowed`, 'Add the country to the inbound countries.'))
  const agent = number?.inbound_agents?.[0]?.agent_id ?? number?.inbound_agent_id ?? null
  if (number && !holds('inbound agent', agent ?? 'none', 'one', agent !== null, true))
    return refuse(refusal(480, 'no agent is bound to inbound calls of the number', 'Bind an inbound agent to it.'))
  const offer = offerOf(arrived.request)
  const codecs = retell.codecs ?? usualCodecs()
  const common = offer ? offer.codecs.some((one) => codecs.includes(one)) : null
  if (!holds('codecs', offer?.codecs.join(', ') ?? 'no offer', codecs.join(', '), common))
    return refuse(refusal(488, 'no codec is in common', `Offer ${codecs.join(', ')}.`))
  return {
    steps,
    challenge: null,
    outcome: answered('allowed', codecs),
    got: [
      { name: 'number', value: called },
      { name: 'agent', value: agent ?? 'any' },
    ],
    variables: [],
  }
}
