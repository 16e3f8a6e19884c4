import { printable } from '../../../base/text.ts'
import type { WebhookFault } from '../decision.ts'

/** What the agent has that the answer is held against. */
interface Agent {
  readonly dynamicVariables?: readonly string[] | undefined
  readonly allowedOverrides: readonly string[]
}

const type = 'conversation_initiation_client_data'
const known = ['type', 'dynamic_variables', 'conversation_config_override']
/** Objects, and texts, of overrides that the document shows. */
const objects: ReadonlySet<string> = new Set(['agent', 'agent.prompt', 'tts'])
const texts: ReadonlySet<string> = new Set([
  'agent.prompt.prompt',
  'agent.first_message',
  'agent.language',
  'tts.voice_id',
])
const deepest = 8
/** Of one kind: more say nothing new. */
const mostOfKind = 20

type Fields = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An answer that is right for an agent with these variables. */
export const exampleAnswer = (variables: readonly string[]): object => ({
  type,
  dynamic_variables: Object.fromEntries(variables.map((name) => [name, `value of ${name}`])),
})

/** Every violation of the form that a personalisation webhook answers in (seed: Twilio personalization). */
export function checkAnswer(answer: unknown, agent: Agent): WebhookFault[] {
  if (!isObject(answer)) return [wrongType('the answer', answer, 'an object')]
  const { dynamic_variables: variables, conversation_config_override: overrides } = answer
  return [
    ...checkType(answer['type']),
    ...checkVariables(variables, agent.dynamicVariables),
    ...(overrides === undefined ? [] : checkOverrides(overrides, agent.allowedOverrides)),
    ...Object.keys(answer)
      .filter((name) => !known.includes(name))
      .slice(0, mostOfKind)
      .map((name): WebhookFault => ({
        code: 'field-unknown',
        text: `"${printable(name)}" is no field of the answer: ${known.join(', ')} are.`,
      })),
  ]
}

function checkType(given: unknown): WebhookFault[] {
  if (given === type) return []
  const what = given === undefined ? 'is missing' : `is ${shown(given)}`
  return [{ code: 'wrong-type', text: `"type" ${what}: it must be "${type}".` }]
}

function checkVariables(given: unknown, defined: readonly string[] | undefined): WebhookFault[] {
  if (given !== undefined && !isObject(given)) return [wrongType('"dynamic_variables"', given, 'an object')]
  const names = Object.keys(given ?? {})
  const missing = (defined ?? []).filter((name) => !names.includes(name))
  const extra = defined === undefined ? [] : names.filter((name) => !defined.includes(name))
  return [
    ...missing.slice(0, mostOfKind).map((name): WebhookFault => ({
      code: 'variable-missing',
      text: `the dynamic variable "${name}" is missing: the agent defines it, and the answer must have it.`,
    })),
    ...extra.slice(0, mostOfKind).map((name): WebhookFault => ({
      code: 'variable-extra',
      text: `the dynamic variable "${printable(name)}" is none that the agent defines.`,
    })),
    ...names
      .filter((name) => !['string', 'number', 'boolean'].includes(typeof given?.[name]))
      .slice(0, mostOfKind)
      .map((name) =>
        wrongType(`the dynamic variable "${printable(name)}"`, given?.[name], 'a text, number or boolean'),
      ),
  ]
}

function checkOverrides(given: unknown, allowed: readonly string[]): WebhookFault[] {
  const faults: WebhookFault[] = []
  const walk = (value: unknown, path: string, depth: number): void => {
    if (value === null || value === undefined) return
    const where = `"conversation_config_override${path === '' ? '' : `.${printable(path)}`}"`
    if (isObject(value) && !texts.has(path) && depth < deepest) {
      for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`, depth + 1)
      return
    }
    if (path === '' || objects.has(path)) return void faults.push(wrongType(where, value, 'an object'))
    if (!allowed.includes(path))
      faults.push({
        code: 'override-not-allowed',
        text: `${where} is set, and the agent does not allow that (it allows ${allowed.join(', ') || 'none'}).`,
      })
    if (texts.has(path) && typeof value !== 'string') faults.push(wrongType(where, value, 'a text'))
  }
  walk(given, '', 0)
  return faults.slice(0, 2 * mostOfKind)
}

const wrongType = (what: string, value: unknown, wanted: string): WebhookFault => ({
  code: 'wrong-type',
  text: `${what} is ${shown(value)}: it must be ${wanted}.`,
})

function shown(value: unknown): string {
  if (typeof value === 'string') return `the text "${printable(value)}"`
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'an object'
  return value === null ? 'null' : `the ${typeof value} ${String(value)}`
}
