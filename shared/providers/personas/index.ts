import { elevenLabsPersona } from './elevenlabs/persona.ts'
import type { PersonaDefinition } from './persona.ts'

/** Those that an agent can play. */
export const personas: readonly PersonaDefinition[] = [elevenLabsPersona]

/** By its name, whatever the case; null where there is none. */
export const personaNamed = (name: string): PersonaDefinition | null =>
  personas.find((persona) => persona.name === name.toLowerCase()) ?? null
