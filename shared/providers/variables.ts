import { printable } from '../base/text.ts'
import { isToken } from '../wire/sip/grammar.ts'
import { providers } from './index.ts'
import type { Provider, VariableRule } from './provider.ts'

/** A header field as it stands in a message. */
interface Field {
  readonly name: string
  readonly value: string
}

/** A header of a call and the variable that it becomes. */
export interface Variable extends Field {
  /** Null where it becomes none. */
  readonly variable: string | null
  /** What is to be known of it; a clause, null where nothing is. */
  readonly note: string | null
}

interface Rule {
  readonly variable: string
  readonly own: boolean
  readonly fallback: boolean
}

function ruleFor(name: string, { named, prefix }: VariableRule): Rule | null {
  if (!isToken(name)) return null
  const key = name.toLowerCase()
  const known = named.find(({ header }) => header.toLowerCase() === key)
  if (known) return { variable: known.variable, own: true, fallback: known.fallback === true }
  const begins = prefix.header.toLowerCase()
  if (!key.startsWith(begins) || key.length === begins.length) return null
  const rest = key.slice(begins.length).replaceAll('-', '_')
  return { variable: prefix.variable + rest, own: false, fallback: false }
}

/** The provider whose agents get variables of headers, where none is named: the first that says how. */
const withRule = () =>
  providers().find((provider): provider is Provider & { variables: VariableRule } => provider.variables !== undefined)

/** The variable that a voice platform makes of an inbound header; null for headers that become none. */
export function variableOf(name: string): string | null {
  const rule = withRule()?.variables
  return (rule && ruleFor(name, rule)?.variable) ?? null
}

/** What a header that no standard describes is to voice platforms, and who says so; null where none takes it. */
export function platformMeaning(name: string): { readonly text: string; readonly source: string } | null {
  const provider = withRule()
  const rule = provider && ruleFor(name, provider.variables)
  if (!rule) return null
  return rule.own
    ? { text: `Call metadata for voice platforms: becomes the variable ${rule.variable}.`, source: provider.source }
    : {
        text: `A header of the sender’s own; voice platforms pass it on as the variable ${printable(rule.variable)}.`,
        source: 'not standardised',
      }
}

/**
 * The headers of a call that concern the rule, in their order, each with the variable that it becomes. A fallback
 * counts only where no other header of its variable is there; variables of named headers are set by nothing else; where
 * two headers give one variable, nobody says which counts, and both are shown.
 */
export function variablesOf(headers: readonly Field[], rule = withRule()?.variables): Variable[] {
  if (!rule) return []
  const read = headers.map((field) => ({ field, made: ruleFor(field.name, rule) }))
  const standard = new Set(read.flatMap(({ made }) => (made && !made.fallback ? [made.variable] : [])))
  const reserved = new Set(rule.named.map(({ variable }) => variable))
  const effective = ({ own, fallback, variable }: Rule) =>
    fallback ? !standard.has(variable) : own || !reserved.has(variable)
  const counts = new Map<string, number>()
  for (const { made } of read)
    if (made && effective(made)) counts.set(made.variable, (counts.get(made.variable) ?? 0) + 1)
  const begins = rule.prefix.header.toLowerCase()
  return read.flatMap(({ field: { name, value }, made }): Variable[] => {
    if (!made) {
      if (!name.toLowerCase().startsWith(begins)) return []
      const note = name.length === begins.length ? 'no name follows the prefix' : 'this is no name of a header'
      return [{ name, value, variable: null, note }]
    }
    if (!effective(made))
      return [
        {
          name,
          value,
          variable: null,
          note: made.fallback
            ? `counts only where no other header gives ${made.variable}`
            : `${made.variable} is reserved: a custom header cannot set it`,
        },
      ]
    const several =
      counts.get(made.variable)! > 1
        ? ['several headers give this variable: which of them counts is not documented']
        : []
    const notes = [...several, ...notesOf(value)]
    return [{ name, value, variable: made.variable, note: notes.length > 0 ? notes.join('; ') : null }]
  })
}

/** Longer than anybody promises to keep. */
const longValue = 1024
// eslint-disable-next-line no-control-regex
const ascii = /^[\u0000-\u007f]*$/

/** What is to be known of a value, each a clause. */
function notesOf(value: string): string[] {
  if (value.trim() === '') return ['the value is empty']
  return [
    ...(value.length > longValue
      ? [`the value has ${value.length} characters: how many of them are kept is not documented`]
      : []),
    ...(ascii.test(value) ? [] : ['the value has characters beyond ASCII: whether they arrive is not documented']),
  ]
}
