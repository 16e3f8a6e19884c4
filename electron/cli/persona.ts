import { visible } from '../../shared/base/text.ts'
import type { PlayArgs } from '../../shared/contract/persona.ts'
import { personaNamed, personas } from '../../shared/providers/personas/index.ts'
import { variablesNamed, type PersonaDefinition } from '../../shared/providers/personas/persona.ts'
import { faultText, readCheckedJson } from '../engine/base/checked-json.ts'
import { usage } from '../engine/base/errors.ts'
import { readText } from './text-file.ts'

const mostBytes = 1024 * 1024

/** What `agent` takes of a persona. */
export interface PersonaOptions {
  readonly persona?: string
  readonly config?: readonly string[]
  readonly webhook?: string
}

/** What of an agent the configuration of a persona says instead. */
const decidedByPersona = {
  user: '--user',
  passwordEnv: '--password-env',
  allow: '--allow',
  identifier: '--identifier',
  encryption: '--encryption',
  codecs: '--codecs',
} as const

/** The persona that is asked for; undefined where none is. Throws RingbackError (usage). */
export function readDefinition(options: PersonaOptions & Partial<Record<keyof typeof decidedByPersona, unknown>>) {
  if (options.persona === undefined) {
    for (const name of ['config', 'webhook'] as const)
      if (options[name] !== undefined) throw usage(`--${name} needs a persona: name it with --persona`)
    return undefined
  }
  const definition = personaNamed(options.persona)
  if (!definition)
    throw usage(`there is no persona "${visible(options.persona.slice(0, 60))}": choose one of ${names.join(', ')}`)
  for (const [name, flag] of Object.entries(decidedByPersona) as [keyof typeof decidedByPersona, string][])
    if (options[name] !== undefined) throw usage(`${flag}: the configuration of the persona says that (--config)`)
  return definition
}

const names = personas.map(({ name }) => name)

/** What is played, by its files. Throws RingbackError: usage for a fault in one, machine where there is none. */
export function readPlay(definition: PersonaDefinition, { config = [], webhook }: PersonaOptions): PlayArgs {
  const documents = config.map((file) => readDocument(file, definition))
  const secrets: Record<string, string> = {}
  for (const variable of documents.flatMap(variablesNamed)) {
    const value = process.env[variable]
    if (value === undefined || value === '')
      throw usage(`the environment variable ${variable}, which the configuration names, is not set`)
    secrets[variable] = value
  }
  return { name: definition.name, config: documents, secrets, ...(webhook !== undefined && { webhook }) }
}

function readDocument(file: string, { schema }: PersonaDefinition): unknown {
  const json = readCheckedJson(readText(file, `the configuration ${file}`, mostBytes), schema)
  if ('faults' in json) throw usage(json.faults.map((fault) => `${file}${faultText(fault)}`).join('; '))
  return json.value
}

/** The personas there are, each with a configuration to begin with. */
export function personaLines(): string {
  return personas
    .map(({ name, provider, title, example }) => {
      const json = JSON.stringify(example, null, 2).replaceAll('\n', '\n    ')
      return `  ${name}  ${provider}: ${title}\n    --persona ${name} --config FILE, with such a file:\n    ${json}`
    })
    .join('\n')
}
