import type { CallReport } from '../../../shared/contract/report.ts'
import type { TrialStep } from '../../../shared/contract/trial.ts'
import type { PersonaDefinition } from '../../../shared/providers/personas/persona.ts'
import { count } from '../../../shared/base/text.ts'
import type { Provider, Source } from '../../../shared/providers/provider.ts'

/** What is known of a trial so far. */
export interface TrialFacts {
  readonly definition: Pick<PersonaDefinition, 'asksWebhook' | 'ownerAccepts'>
  readonly facts: Provider | null
  /** Where the agent listens; null: it does not yet. */
  readonly listening: string | null
  /** Why nothing goes on, a sentence; null: it does. */
  readonly fault: string | null
  readonly caller: CallReport | null
  readonly agent: CallReport | null
  /** Nothing more will come. */
  readonly over: boolean
}

type Came = Pick<TrialStep, 'state' | 'text'>

const waiting: Came = { state: 'waiting', text: null }
const running: Came = { state: 'running', text: null }
const done = (text: string): Came => ({ state: 'done', text })
const failed = (text: string): Came => ({ state: 'failed', text })
const notPart = (text: string): Came => ({ state: 'not-part', text })

/** Every step of a trial, from what both ends of its call have seen. */
export function trialSteps(trial: TrialFacts): TrialStep[] {
  const { facts } = trial
  const document: Source | null = facts && {
    source: facts.source,
    asOf: facts.asOf,
    ...(facts.url !== undefined && { url: facts.url }),
  }
  const of = (from: { readonly from?: Source | undefined } | undefined) => from?.from ?? document
  const steps: readonly (readonly [TrialStep['name'], string, Source | null, Came])[] = [
    ['agent', 'The agent listens', of(facts?.transports?.[0]), agentStep(trial)],
    ['call', 'A call is placed', of(facts?.identifier), callStep(trial)],
    ['persona', 'The persona decides', document, personaStep(trial)],
    ['webhook', 'Its webhook is asked', document, webhookStep(trial)],
    ['variables', 'Headers become variables', of(facts?.variables), variablesStep(trial)],
    ['to-peer', 'Audio reaches the agent', null, audioStep(trial, 'agent')],
    ['from-peer', 'Audio comes back', null, audioStep(trial, 'caller')],
  ]
  return steps.map(([name, title, source, came], i) => {
    const earlier = steps.slice(0, i).find(([, , , { state }]) => state === 'failed')
    const unreached = trial.over && (came.state === 'waiting' || came.state === 'running')
    const text = earlier ? `not reached: “${earlier[1]}” failed` : 'the trial was over before'
    return { name, title, source, ...(unreached ? { state: 'waiting' as const, text } : came) }
  })
}

function agentStep({ listening, fault }: TrialFacts): Came {
  if (listening !== null) return done(listening)
  return fault === null ? running : failed(fault)
}

function callStep({ listening, fault, caller, over }: TrialFacts): Came {
  if (listening === null) return waiting
  if (fault !== null) return failed(fault)
  if (!caller) return running
  const { outcome, status, requestUri, findings } = caller
  if (outcome === 'answered') return done(`${requestUri}: answered`)
  if (outcome === 'in-progress' && !over) return running
  const [cause] = findings.filter(({ severity }) => severity === 'fault')
  const what = status ? `${status.code} ${status.reason}` : outcome
  return failed(cause ? `${what}: ${cause.sentence} ${cause.next}` : what)
}

function personaStep({ agent, listening }: TrialFacts): Came {
  const persona = agent?.persona
  if (!persona) return listening === null ? waiting : running
  const { decision, because, next, path } = persona
  if (decision === 'accepted') return done(`accepted, ${count(path.length, 'comparison')}`)
  if (decision === 'challenged') return running
  return failed(`${decision}${because === null ? '' : `: ${because}. ${next ?? ''}`}`)
}

function webhookStep({ agent, definition }: TrialFacts): Came {
  const webhook = agent?.persona?.webhook
  if (!webhook) {
    if (!definition.asksWebhook) return notPart('this persona asks no webhook')
    if (definition.ownerAccepts) return notPart('without its owner’s server every call is accepted')
    return waiting
  }
  const { faults, response, tookMs } = webhook
  if (faults.length > 0) return failed(faults.map(({ text }) => text).join(' '))
  return response ? done(`${response.status} after ${tookMs} ms`) : running
}

function variablesStep({ agent }: TrialFacts): Came {
  const persona = agent?.persona
  if (!persona) return waiting
  const made = persona.variables.flatMap(({ variable, value }) => (variable === null ? [] : `${variable} = ${value}`))
  return made.length > 0 ? done(made.join(', ')) : notPart('this persona makes none of the headers that were sent')
}

/** What comes in at one end of the call. */
function audioStep({ caller, agent, over }: TrialFacts, at: 'caller' | 'agent'): Came {
  const report = at === 'caller' ? caller : agent
  if (!report || report.timeline.answeredAt === null) return waiting
  const heard = report.streams.filter(({ toPeer }) => toPeer === false)
  const packets = heard.reduce((sum, stream) => sum + stream.packets, 0)
  const level = heard.find((stream) => stream.level)?.level
  if (packets > 0 && (over || level))
    return done(`${count(packets, 'packet')}${level ? `, ${level.meanDbfs.toFixed(1)} dBFS` : ''}`)
  return over ? failed(report.verdict.sentence) : running
}
