import { header } from '../../../wire/sip/message.ts'
import { elevenLabs as facts } from '../../elevenlabs.ts'
import { variablesOf, type Variable } from '../../variables.ts'
import { addressOf, answered, type Arrived, type Decision, type Outcome, type Refused, type Step } from '../decision.ts'
import { PersonaFault, type PersonaDefinition, type Secret } from '../persona.ts'
import { checkAnswer, exampleAnswer } from './answer.ts'
import {
  checkAddress,
  checkCodecs,
  checkEncryption,
  checkIdentifier,
  checkNumber,
  checkTransport,
  codecs,
  identifierOf,
  refusal,
  type Check,
} from './checks.ts'
import { configSchema, example, usual, type Config } from './config.ts'

/** ElevenLabs, as its pages on SIP trunking and on personalisation describe it. */
export const elevenLabsPersona: PersonaDefinition = {
  name: 'elevenlabs',
  provider: facts.name,
  title: 'an agent behind a SIP trunk, with its personalisation webhook',
  transports: ['tcp', 'tls'],
  schema: configSchema,
  mostDocuments: 1,
  asksWebhook: true,
  example,
  open([document = {}], secret, webhookUrl) {
    const config = configSchema.parse(document)
    const url = webhookUrl ?? config.webhook?.url ?? null
    if (config.webhook && url === null) throw new PersonaFault('webhook.url is missing')
    const { authentication } = config
    const credentials = authentication
      ? [{ username: authentication.user, password: secret(authentication.passwordEnv) }]
      : null
    const headers = secretHeaders(config, secret)
    return {
      decide: (arrived) => decide(arrived, config, credentials, url === null ? null : { url, headers }),
    }
  },
  hook([document = {}], secret) {
    const config = configSchema.parse(document)
    return {
      url: config.webhook?.url ?? null,
      headers: secretHeaders(config, secret),
      signingSecret: null,
      answer: exampleAnswer(config.dynamicVariables ?? []),
      check: (answer) => checkAnswer(answer, config),
      act: () => null,
    }
  },
}

const secretHeaders = ({ webhook }: Config, secret: Secret) =>
  webhook?.headers.map(({ name, valueEnv }) => ({ name, value: secret(valueEnv) })) ?? []

/** Before credentials are asked for, and behind them. */
const before: readonly Check[] = [checkTransport, checkIdentifier, checkAddress]
const behind: readonly Check[] = [checkNumber, checkEncryption, checkCodecs]

function run(checks: readonly Check[], arrived: Arrived, config: Config): { steps: Step[]; refused: Refused | null } {
  const steps: Step[] = []
  for (const check of checks) {
    const { step, refused } = check(arrived, config)
    steps.push(step)
    if (refused) return { steps, refused }
  }
  return { steps, refused: null }
}

function decide(
  arrived: Arrived,
  config: Config,
  credentials: readonly { readonly username: string; readonly password: string }[] | null,
  webhook: {
    readonly url: string
    readonly headers: readonly { readonly name: string; readonly value: string }[]
  } | null,
): Decision {
  const variables = variablesOf(arrived.request.headers, facts.variables)
  const first = run(before, arrived, config)
  const then = first.refused ? first : run(behind, arrived, config)
  const outcome: Outcome = then.refused
    ? { kind: 'refuse', refused: then.refused, rings: false }
    : {
        ...answered(config.mediaEncryption, codecs),
        webhook: webhook && {
          ...webhook,
          body: JSON.stringify(bodyOf(arrived, variables, config)),
          timeoutMs: config.webhook?.timeoutMs ?? usual.timeoutMs,
          slowMs: config.webhook?.slowMs ?? usual.slowMs,
          check: (answer) => checkAnswer(answer, config),
        },
      }
  return {
    steps: first.refused ? first.steps : [...first.steps, ...then.steps],
    challenge:
      credentials && !first.refused
        ? {
            status: 401,
            after: first.steps.length,
            realm: facts.domains![0]!,
            credentials,
            reason: null,
            wrong: refusal(403, 'the credentials are not those of the trunk', 'Check the user name and the password.'),
          }
        : null,
    outcome,
    got: [{ name: 'agent', value: config.agentId }],
    variables,
  }
}

/** P1: what the webhook is asked with. */
function bodyOf(arrived: Arrived, variables: readonly Variable[], { agentId }: Config) {
  const of = (name: string) => variables.find(({ variable }) => variable === name)?.value
  return {
    caller_id: of('system__caller_id') ?? addressOf(arrived, 'from')?.user ?? '',
    agent_id: agentId,
    called_number: identifierOf(arrived),
    call_sid: of('system__call_sid') ?? header(arrived.request, 'call-id') ?? '',
  }
}
