import { printable } from '../../../base/text.ts'
import { transports, type TransportName } from '../../../model/transport.ts'
import { headerFields } from '../../../wire/sip/message.ts'
import type { ProviderFacts, Source } from '../../provider.ts'
import { answered, refusal, type Arrived, type Decision, type Owner, type Refused, type Step } from '../decision.ts'
import { offerOf } from '../offer.ts'

/** What is compared with a call, in order; the first that does not hold refuses it. */
export class Steps {
  readonly steps: Step[] = []
  readonly #source: Source
  refused: Refused | null = null

  constructor({ source, asOf }: Pick<ProviderFacts, 'source' | 'asOf'>) {
    this.#source = { source, asOf }
  }

  /** `ours`: no document says so. True where it goes on. */
  holds(step: Omit<Step, 'source'>, refused: Refused, ours = false): boolean {
    if (this.refused) return false
    this.steps.push({ ...step, source: ours ? null : this.#source })
    if (step.holds === false) this.refused = refused
    return step.holds !== false
  }

  /** What decides nothing. `known`: as a document says. */
  note(step: Omit<Step, 'source'>, known: boolean): void {
    if (!this.refused) this.steps.push({ ...step, source: known ? this.#source : null })
  }
}

export function transportStep(along: Steps, { transport }: Arrived, taken: readonly TransportName[]): void {
  const { label } = transports[transport]
  const wanted = taken.map((name) => transports[name].label).join(' or ')
  const more = taken.some((name) => name !== 'tls')
  along.holds(
    { subject: 'transport', arrived: label, wanted, holds: taken.includes(transport) },
    refusal(403, `${label} is not taken: use ${wanted}`, `Call over ${wanted}.`),
    more,
  )
}

/** A service of this kind was seen to refuse a Contact that says its transport twice. */
export function contactStep(along: Steps, { request }: Arrived): void {
  const [contact = ''] = headerFields(request, 'contact')
  const times = contact.toLowerCase().split(';transport=').length - 1
  along.holds(
    { subject: 'Contact', arrived: printable(contact), wanted: 'its transport once, or not at all', holds: times < 2 },
    refusal(403, 'the Contact says its transport twice', 'Send a Contact with one transport parameter.'),
  )
}

/** What is taken of the media, where that is known. */
export function mediaSteps(along: Steps, { request }: Arrived, codecs: readonly string[] | null): void {
  const offer = offerOf(request)
  const arrived = offer?.text ?? 'no offer: it is left to the answer'
  along.note({ subject: 'media encryption', arrived, wanted: 'RTP/AVP', holds: offer?.clear ? true : null }, true)
  const names = offer?.codecs.map((name) => printable(name)).join(', ') ?? arrived
  if (codecs === null) {
    along.note({ subject: 'codecs', arrived: names, wanted: 'not documented', holds: null }, false)
    return
  }
  const common = offer ? offer.codecs.some((name) => codecs.includes(name.toUpperCase())) : null
  along.holds(
    { subject: 'codecs', arrived: names, wanted: codecs.join(', '), holds: common },
    refusal(
      488,
      `no codec in common: ${names} were offered, ${codecs.join(', ')} is taken`,
      `Offer ${codecs.join(', ')}.`,
    ),
  )
}

/** What becomes of it. `owner`: null where nobody is told, and the call is accepted at once. */
export function decided(
  along: Steps,
  {
    challenge,
    codecs,
    owner,
    got,
  }: Pick<Decision, 'challenge' | 'got'> & {
    readonly codecs: readonly string[]
    readonly owner: Owner | null
  },
): Decision {
  return {
    steps: along.steps,
    challenge,
    outcome: along.refused
      ? { kind: 'refuse', refused: along.refused, rings: false }
      : { ...answered('allowed', codecs), ...(owner && { owner }) },
    got: along.refused ? [] : got,
    variables: [],
  }
}
