import { inBlock } from '../../../base/address.ts'
import { printable } from '../../../base/text.ts'
import { usualCodecs } from '../../../model/codecs.ts'
import { transports } from '../../../model/transport.ts'
import { parseUri } from '../../../wire/sip/grammar.ts'
import { headerFields, makeHeader } from '../../../wire/sip/message.ts'
import { countriesOf, isE164 } from '../../../model/countries.ts'
import type { ProviderRefusal, Source } from '../../provider.ts'
import { twilioElastic, twilioElasticRefusals as refusals } from '../../twilio-elastic.ts'
import {
  addressOf,
  answered,
  anyOf,
  type Arrived,
  type Challenge,
  type Decision,
  type Persona,
  type Refused,
} from '../decision.ts'
import type { Outcome, Step } from '../decision.ts'
import { offerOf } from '../offer.ts'
import type { Secret } from '../persona.ts'
import { RecentCalls } from '../recent.ts'
import { mayCall, type TwilioTrunk } from './config.ts'

const documents: Source = { source: twilioElastic.source, asOf: twilioElastic.asOf }

/** A step, and what follows where it does not hold. */
interface Check {
  readonly step: Step
  readonly otherwise: Outcome
}

function refusedAs(refusal: ProviderRefusal, because?: string): Refused {
  const { status = 403, code, header, text, cause, next } = refusal
  const value = [code, text].filter((part) => part !== undefined).join(' ')
  return {
    status,
    reason: null,
    headers: code !== undefined && header !== undefined ? [makeHeader(header, value)] : [],
    because: because ?? cause,
    next,
  }
}

/** An Elastic SIP trunk that a platform, or a phone system, calls out through. */
export class TwilioPersona implements Persona {
  readonly #trunk: TwilioTrunk
  readonly #credentials: Challenge['credentials']
  readonly #recent = new RecentCalls()

  /** `secret`: of the passwords. */
  constructor(trunk: TwilioTrunk, secret: Secret) {
    this.#trunk = trunk
    this.#credentials = trunk.credentialLists.flatMap(({ credentials }) =>
      credentials.map(({ username, passwordEnv }) => ({ username, password: secret(passwordEnv) })),
    )
  }

  decide(arrived: Arrived): Decision {
    const before = along(this.#before(arrived))
    if (before.outcome) return { ...before, outcome: before.outcome, challenge: null, got: [], variables: [] }
    const after = along(this.#after(arrived))
    return {
      steps: [...before.steps, ...after.steps],
      challenge: this.#credentials.length > 0 ? this.#challenge(arrived, before.steps.length) : null,
      outcome: after.outcome ?? this.#answer(),
      got: after.outcome ? [] : this.#got(arrived),
      variables: [],
    }
  }

  /** What is asked before any credentials. */
  *#before(arrived: Arrived): Generator<Check> {
    const { secureTrunking, terminationUri, ipAccessControlLists, callsPerSecond, callsAtOnce } = this.#trunk
    const host = parseUri(arrived.request.uri)?.host.toLowerCase() ?? ''
    const wanted = terminationUri.trim().toLowerCase()
    yield {
      step: step('host of the request URI', host, wanted, host === wanted),
      otherwise: {
        kind: 'silence',
        because: `the request URI names ${printable(host)}, not the termination URI of the trunk: it is dropped`,
        next: `Put the termination URI ${wanted} into the request URI.`,
      },
    }
    yield* secureTrunking ? secured(arrived) : inClear(arrived)
    const lists = ipAccessControlLists.flatMap(({ addresses }) => addresses)
    const { source } = arrived
    const listed = lists.length === 0 || lists.some((block) => inBlock(block, source.host))
    yield check('IP access control lists', source.host, anyOf(lists), listed, refusals.address)
    const ways = lists.length + this.#credentials.length
    yield check('ways to authenticate', ways === 0 ? 'none' : 'there are', 'one', ways > 0, refusals.noPermission)
    const came = this.#recent.count(arrived)
    yield check(
      'calls in this second',
      String(came),
      `at most ${callsPerSecond}`,
      came <= callsPerSecond,
      refusals.rate,
    )
    const active = arrived.activeCalls + 1
    const most = callsAtOnce ?? Infinity
    // Its status is not documented; that of the limit of calls a second is.
    const { status } = refusals.rate
    yield check(
      'calls at once',
      String(active),
      anyOf(callsAtOnce === undefined ? [] : [`at most ${most}`]),
      active <= most,
      {
        ...refusals.concurrency,
        status,
      },
    )
  }

  /** What is asked of a call that may come in. */
  *#after(arrived: Arrived): Generator<Check> {
    const name = this.#credentials.length === 0 ? null : usernameOf(arrived)
    if (name !== null)
      yield { step: this.#userStep(name), otherwise: { kind: 'refuse', rings: false, refused: refusedUser } }
    yield* this.#numbers(arrived, parseUri(arrived.request.uri)?.user ?? '')
  }

  *#numbers(arrived: Arrived, called: string): Generator<Check> {
    const { callerIds, fromNumber, countries } = this.#trunk
    yield check('called number', called, 'E.164', isE164(called), refusals.number)
    const caller = fromNumber ?? addressOf(arrived, 'from')?.user ?? ''
    const arrivedAs = callerIdsOf(arrived)
    const shown = fromNumber === undefined ? arrivedAs : `${arrivedAs}; the policy makes it ${fromNumber}`
    const known = callerIds === undefined || callerIds.includes(caller)
    yield check('caller ID', shown, anyOf(callerIds ?? []), known, refusals.callerId)
    const of = countriesOf(called).join(' or ') || 'no country that is known'
    const because = `${of} is not allowed by Voice Geographic Permissions`
    yield check('country', of, anyOf(countries ?? []), mayCall(called, countries), refusals.country, because)
  }

  #userStep(name: string): Step {
    const known = this.#credentials.some(({ username }) => username === name)
    const isList = this.#isFriendlyName(name)
    const wanted = this.#credentials.map(({ username }) => username).join(', ')
    const how = isList && !known ? ', the friendly name of a credential list, which is no user' : ''
    return step('user of the credentials', `${printable(name)}${how}`, wanted, known)
  }

  #isFriendlyName(name: string): boolean {
    return this.#trunk.credentialLists.some(({ friendlyName }) => friendlyName === name)
  }

  #challenge(arrived: Arrived, after: number): Challenge {
    const name = usernameOf(arrived)
    const because =
      name !== null && this.#isFriendlyName(name)
        ? `${printable(name)} is the friendly name of a credential list, and no user`
        : null
    return {
      status: 407,
      after,
      algorithms: ['MD5'],
      realm: 'sip.twilio.com',
      credentials: this.#credentials,
      reason: 'Proxy Authentication required',
      wrong: because === null ? refusedUser : { ...refusedUser, because },
    }
  }

  #answer(): Outcome {
    return answered(this.#trunk.secureTrunking ? 'required' : 'disabled', twilioElastic.codecs ?? usualCodecs())
  }

  #got(arrived: Arrived): Decision['got'] {
    const caller = this.#trunk.fromNumber ?? addressOf(arrived, 'from')?.user ?? ''
    return [
      { name: 'trunk', value: this.#trunk.terminationUri.trim() },
      { name: 'caller ID that the called party sees', value: caller },
    ]
  }
}

/** Checks up to the first that does not hold, and what follows from it; null where all do. */
function along(checks: Iterable<Check>): { readonly steps: readonly Step[]; readonly outcome: Outcome | null } {
  const steps: Step[] = []
  for (const { step, otherwise } of checks) {
    steps.push(step)
    if (step.holds === false) return { steps, outcome: otherwise }
  }
  return { steps, outcome: null }
}

function step(subject: string, arrived: string, wanted: string, holds: boolean | null): Step {
  return { subject, arrived, wanted, holds, source: documents }
}

function check(
  subject: string,
  arrived: string,
  wanted: string,
  holds: boolean | null,
  refusal: ProviderRefusal,
  because?: string,
): Check {
  const compared = { ...step(subject, arrived, wanted, holds), source: refusal.from ?? documents }
  return { step: compared, otherwise: { kind: 'refuse', rings: false, refused: refusedAs(refusal, because) } }
}

/** What documents say of the code that goes with it is not known here: none is sent. */
const refusedUser: Refused = {
  status: 403,
  reason: null,
  headers: [],
  because: 'the credentials are in no credential list of the trunk',
  next: 'Check user and password against the credential list: the user is not the friendly name of the list.',
}

function* secured(arrived: Arrived): Generator<Check> {
  const { label, secure } = transports[arrived.transport]
  yield check('transport, by secure trunking', label, 'TLS', secure, refusals.tlsRequired)
  const offer = offerOf(arrived.request)
  const wanted = (twilioElastic.encryption?.suites ?? []).join(' or ')
  const common = offer === null ? null : offer.suites.some((suite) => wanted.includes(suite))
  yield check('media, by secure trunking', offer?.text ?? 'no offer', wanted, common, refusals.srtpRequired)
}

function* inClear(arrived: Arrived): Generator<Check> {
  const offer = offerOf(arrived.request)
  yield check('media', offer?.text ?? 'no offer', 'RTP/AVP', offer?.clear ?? null, refusals.srtpRefused)
}

/** The user that Proxy-Authorization names; null where it names none. */
function usernameOf({ request }: Arrived): string | null {
  const [field] = headerFields(request, 'proxy-authorization')
  return (field && /\busername\s*=\s*"([^"]*)"/i.exec(field)?.[1]) ?? null
}

const identities = [
  ['P-Asserted-Identity', 'p-asserted-identity'],
  ['P-Preferred-Identity', 'p-preferred-identity'],
  ['Remote-Party-ID', 'remote-party-id'],
] as const

/** Each header that names a caller, with what it says. */
function callerIdsOf(arrived: Arrived): string {
  const others = identities.flatMap(([name, key]) =>
    headerFields(arrived.request, key).map((value) => `${name}: ${printable(value)}`),
  )
  return [`From: ${printable(addressOf(arrived, 'from')?.user ?? '')}`, ...others].join('; ')
}
