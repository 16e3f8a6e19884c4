import { elevenLabsPersona } from './elevenlabs/persona.ts'
import { liveKitPersona } from './livekit/index.ts'
import type { PersonaDefinition } from './persona.ts'
import { retellPersona } from './retell/index.ts'
import { twilioPersona } from './twilio/index.ts'

/** Those that an agent can play. */
export const personas: readonly PersonaDefinition[] = [elevenLabsPersona, liveKitPersona, twilioPersona, retellPersona]

/** By its name, whatever the case; null where there is none. */
export const personaNamed = (name: string): PersonaDefinition | null =>
  personas.find((persona) => persona.name === name.toLowerCase()) ?? null
