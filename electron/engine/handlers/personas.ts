import type { CheckedPersona } from '../../../shared/contract/persona.ts'
import { providerNamed } from '../../../shared/providers/index.ts'
import { personaNamed, personas } from '../../../shared/providers/personas/index.ts'
import { PersonaFault, variablesNamed } from '../../../shared/providers/personas/persona.ts'
import { webhookUrlFault } from '../../../shared/providers/personas/webhook-url.ts'
import { readCheckedJson } from '../base/checked-json.ts'
import { usage } from '../base/errors.ts'
import type { Trials } from '../trials/trials.ts'
import type { Handlers } from './handlers.ts'

/** In place of values that are not there yet: one that each of them may have. */
const anySecret = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

type Fault = CheckedPersona['faults'][number]

/** What is known of personas, and calls to them on this computer. */
export function personaHandlers(trials: Trials): Handlers<'persona' | 'trial'> {
  return {
    'trial.start': ({ persona }) => trials.start(persona),
    'trial.stop': ({ id }) => {
      trials.stop(id)
      return {}
    },
    'persona.list': () =>
      personas.map(({ name, provider, title, transports, asksWebhook, mostDocuments, example }) => {
        const facts = providerNamed(provider)
        const { source, url, asOf } = facts ?? {}
        return {
          name,
          provider,
          title,
          transports: [...transports],
          asksWebhook,
          mostDocuments,
          example: JSON.stringify(example, null, 2),
          source: source === undefined || asOf === undefined ? null : { source, asOf, ...(url && { url }) },
        }
      }),
    'persona.check': ({ name, texts, webhook }) => {
      const definition = personaNamed(name)
      if (!definition) throw usage(`there is no persona "${name}"`)
      const faults: Fault[] = []
      const documents: unknown[] = []
      for (const [text, written] of texts.entries()) {
        if (written.trim() === '') continue
        const read = readCheckedJson(written, definition.schema)
        if ('value' in read) documents.push(read.value)
        else faults.push(...read.faults.map((fault) => ({ text, line: fault.line, sentence: fault.text })))
      }
      const together = (sentence: string) => faults.push({ text: null, line: null, sentence })
      if (documents.length > definition.mostDocuments)
        together(`there are ${documents.length} documents, at most ${definition.mostDocuments} can be played`)
      const url = webhook === undefined ? null : webhookUrlFault(webhook)
      if (url !== null) together(`the URL of the webhook ${url}`)
      if (faults.length === 0) {
        try {
          definition.open(documents, () => anySecret, webhook ?? null)
        } catch (error) {
          if (!(error instanceof PersonaFault)) throw error
          together(error.message)
        }
      }
      faults.sort((a, b) => (a.text ?? Infinity) - (b.text ?? Infinity) || (a.line ?? Infinity) - (b.line ?? Infinity))
      return { documents, secrets: [...new Set(documents.flatMap(variablesNamed))], faults }
    },
  }
}
