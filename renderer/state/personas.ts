import { create } from 'zustand'
import type { ListedPersona, PlayArgs } from '../../shared/contract/persona.ts'
import { execute, useEngine } from './engine.ts'

/** What the agent is to play, as it is being written. */
export interface PersonaDraft {
  readonly name: string
  /** The documents of its configuration, as texts. */
  readonly texts: readonly string[]
  readonly webhook: string
  /** Values of the environment variables that the configuration names. */
  readonly secrets: Readonly<Record<string, string>>
}

interface PersonaState {
  readonly all: readonly ListedPersona[]
  /** For as long as this page; null: nothing was written, and what is kept holds. */
  readonly draft: PersonaDraft | null
}

export const usePersonas = create<PersonaState>(() => ({ all: [], draft: null }))

useEngine.subscribe((now, before) => {
  if (now.connection === 'open' && before.connection !== 'open')
    void execute('persona.list', {}).then(
      (all) => usePersonas.setState({ all }),
      () => {},
    )
})

export const draftOf = (name: string): PersonaDraft => ({ name, texts: [''], webhook: '', secrets: {} })

/** Keeps what is being written. */
export function editPersona(draft: PersonaDraft | null): void {
  usePersonas.setState({ draft })
}

/** What the draft asks the agent to play. Throws an Error that names what is wrong in it. */
export async function playOf({ name, texts, webhook, secrets }: PersonaDraft): Promise<PlayArgs> {
  const url = webhook.trim() === '' ? {} : { webhook: webhook.trim() }
  const { documents, secrets: named, faults } = await execute('persona.check', { name, texts: [...texts], ...url })
  const [fault] = faults
  if (fault)
    throw new Error(
      `the configuration of the persona${fault.line === null ? '' : `, line ${fault.line}`}: ${fault.sentence}`,
    )
  const missing = named.find((variable) => !secrets[variable])
  if (missing !== undefined) throw new Error(`the value of ${missing}, which the configuration names, is missing`)
  return { name, config: documents, secrets: Object.fromEntries(named.map((one) => [one, secrets[one]!])), ...url }
}
