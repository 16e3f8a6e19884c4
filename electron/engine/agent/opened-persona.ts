import type { PlayArgs } from '../../../shared/contract/persona.ts'
import { count } from '../../../shared/base/text.ts'
import type { Persona } from '../../../shared/providers/personas/decision.ts'
import { personaNamed, personas } from '../../../shared/providers/personas/index.ts'
import {
  PersonaFault,
  variablesNamed,
  type Hook,
  type PersonaDefinition,
} from '../../../shared/providers/personas/persona.ts'
import { webhookUrlFault } from '../../../shared/providers/personas/webhook-url.ts'
import { usage } from '../base/errors.ts'

/** Throws RingbackError (usage), as all of these do. */
export function definitionOf({ name }: Pick<PlayArgs, 'name'>): PersonaDefinition {
  const definition = personaNamed(name)
  if (!definition)
    throw usage(`there is no persona "${name}": choose one of ${personas.map((one) => one.name).join(', ')}`)
  return definition
}

/** The persona by its configuration. */
export function openPersona(definition: PersonaDefinition, args: PlayArgs): Persona {
  const { name, asksWebhook } = definition
  const { config = [], webhook } = args
  if (webhook !== undefined && !asksWebhook) throw usage(`${name} asks no webhook: leave its URL out`)
  const fault = webhook === undefined ? null : webhookUrlFault(webhook)
  if (fault !== null) throw usage(`the URL of the webhook ${fault}`)
  const secret = checked(definition, args)
  return orUsage(name, () => definition.open(config, secret, webhook ?? null))
}

/** The webhook that it asks by that configuration, as that sees it. */
export function openHook(args: Omit<PlayArgs, 'webhook'>): Hook {
  const definition = definitionOf(args)
  const { name, hook } = definition
  if (!hook) throw usage(`${name} asks no webhook`)
  const secret = checked(definition, args)
  return orUsage(name, () => hook.call(definition, args.config ?? [], secret))
}

/** Gives back what its secrets are found by. */
function checked({ name, mostDocuments, schema }: PersonaDefinition, { config = [], secrets = {} }: PlayArgs) {
  if (config.length > mostDocuments)
    throw usage(`the configuration of ${name} has at most ${count(mostDocuments, 'document')}, not ${config.length}`)
  for (const document of config) {
    const issue = schema.safeParse(document).error?.issues[0]
    if (issue)
      throw usage(`persona.config: ${issue.path.join('.')}${issue.path.length > 0 ? ': ' : ''}${issue.message}`)
  }
  const missing = config.flatMap(variablesNamed).find((variable) => !secrets[variable])
  if (missing !== undefined) throw usage(`the environment variable ${missing} that the configuration names is not set`)
  return (variable: string) => secrets[variable]!
}

function orUsage<Made>(name: string, make: () => Made): Made {
  try {
    return make()
  } catch (error) {
    if (error instanceof PersonaFault) throw usage(`the configuration of ${name} cannot be played: ${error.message}`)
    throw error
  }
}
