import { parseUri } from '../../../wire/sip/grammar.ts'
import { makeHeader } from '../../../wire/sip/message.ts'
import { pbx as facts } from '../../pbx.ts'
import { callerIdHeaders, callerIdsIn } from '../caller-ids.ts'
import {
  answered,
  refusal,
  type Arrived,
  type Challenge,
  type Decision,
  type Persona,
  type Refused,
  type RegistrarPolicy,
  type Step,
} from '../decision.ts'
import { PersonaFault, type PersonaDefinition } from '../persona.ts'
import { RecentCalls } from '../recent.ts'
import { inside, outside, type Checked } from './checks.ts'
import { trunkConfig, type TrunkConfig } from './config.ts'

/** A trunk, or a PBX, that a platform calls out through: what it would make of a call, by settings of one’s own. */
export const trunkPersona: PersonaDefinition = {
  name: 'trunk',
  provider: facts.name,
  title: 'the trunk that a platform calls out through, and a registrar: says what it would refuse, or refuses it',
  transports: ['udp', 'tcp', 'tls', 'ws', 'wss'],
  schema: trunkConfig,
  mostDocuments: 1,
  asksWebhook: false,
  example: {
    mode: 'watch',
    authentication: { users: [{ user: 'platform', passwordEnv: 'TRUNK_PASSWORD' }] },
    requiredHeaders: [{ name: 'X-Account' }],
    number: 'e164',
    callerId: { header: 'P-Asserted-Identity', numbers: ['+15105550100'] },
    codecs: ['PCMU', 'PCMA'],
    mediaEncryption: 'allowed',
    callsPerSecond: 1,
    callsAtOnce: 10,
    registrar: { minExpiresS: 60 },
  },
  open([document = {}], secret) {
    const config = trunkConfig.parse(document)
    const { users = [] } = config.authentication ?? {}
    const twice = users.find(({ user }, i) => users.findIndex((other) => other.user === user) !== i)
    if (twice) throw new PersonaFault(`authentication.users: the user "${twice.user}" stands there twice`)
    const { registrar } = config
    if (registrar && registrar.minExpiresS > registrar.maxExpiresS)
      throw new PersonaFault('registrar.minExpiresS is more than registrar.maxExpiresS')
    return new Trunk(
      config,
      users.map(({ user, passwordEnv }) => ({ username: user, password: secret(passwordEnv) })),
    )
  },
}

class Trunk implements Persona {
  readonly #config: TrunkConfig
  readonly #credentials: Challenge['credentials']
  readonly #recent = new RecentCalls()
  readonly registrar: RegistrarPolicy | null

  constructor(config: TrunkConfig, credentials: Challenge['credentials']) {
    this.#config = config
    this.#credentials = credentials
    const { registrar, authentication, allowedAddresses } = config
    this.registrar = registrar
      ? { ...registrar, credentials, realm: authentication?.realm ?? 'trunk', allowedAddresses }
      : null
  }

  decide(arrived: Arrived): Decision {
    const { mode, codecs, mediaEncryption } = this.#config
    const watch = mode === 'watch'
    const first = along(outside(arrived, this.#config), watch)
    const then = first.refused ? { steps: [], faults: [], refused: null } : along(this.#inside(arrived), watch)
    const refused = first.refused ?? then.refused
    return {
      steps: [...first.steps, ...then.steps],
      challenge: first.refused ? null : this.#challenge(first.steps.length),
      outcome: refused
        ? { kind: 'refuse', refused, rings: false }
        : answered(watch ? 'allowed' : mediaEncryption, codecs),
      wouldRefuse: watch ? [...first.faults, ...then.faults] : [],
      got: [
        { name: 'called', value: parseUri(arrived.request.uri)?.user ?? '' },
        ...callerIdHeaders.flatMap((name) =>
          callerIdsIn(arrived, name).map((value) => ({ name: `caller ID in ${name}`, value })),
        ),
      ],
      variables: [],
    }
  }

  *#inside(arrived: Arrived): Generator<Checked> {
    const { callsPerSecond, callsAtOnce } = this.#config
    const came = this.#recent.count(arrived)
    if (callsPerSecond !== undefined)
      yield limit('calls in this second', came, callsPerSecond, `${came} calls came within a second`)
    const active = arrived.activeCalls + 1
    if (callsAtOnce !== undefined)
      yield limit('calls at once', active, callsAtOnce, `${active} calls would be under way at once`)
    yield* inside(arrived, this.#config)
  }

  #challenge(after: number): Challenge | null {
    const { authentication, mode } = this.#config
    if (!authentication) return null
    return {
      status: authentication.asProxy ? 407 : 401,
      after,
      realm: authentication.realm,
      credentials: this.#credentials,
      reason: null,
      wrong: refusal(
        403,
        'the credentials are not those of the trunk',
        'Check user and password of the platform against those of the trunk.',
      ),
      onlyNoted: mode === 'watch',
    }
  }
}

function limit(subject: string, came: number, most: number, because: string): Checked {
  const refused = refusal(
    503,
    `${because}, and ${most} are allowed`,
    'Call more slowly, or raise the limit of the trunk.',
  )
  return {
    step: { subject, arrived: String(came), wanted: `at most ${most}`, holds: came <= most },
    refused: { ...refused, headers: [makeHeader('Retry-After', '1')] },
  }
}

/** Up to the first that does not hold, or all of them in watch mode. */
function along(checks: Iterable<Checked>, watch: boolean) {
  const steps: Step[] = []
  const faults: Refused[] = []
  for (const { step, refused } of checks) {
    steps.push({ ...step, source: null })
    if (step.holds !== false) continue
    if (!watch) return { steps, faults, refused }
    faults.push(refused)
  }
  return { steps, faults, refused: null }
}
