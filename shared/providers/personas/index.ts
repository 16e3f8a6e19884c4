import { elevenLabsPersona } from './elevenlabs/persona.ts'
import { liveKitPersona } from './livekit/index.ts'
import type { PersonaDefinition } from './persona.ts'
import { openAiPersona } from './realtime/openai.ts'
import { xAiPersona } from './realtime/xai.ts'
import { retellPersona } from './retell/index.ts'
import { trunkPersona } from './trunk/index.ts'
import { twilioPersona } from './twilio/index.ts'

/** Those that an agent can play. */
export const personas: readonly PersonaDefinition[] = [
  elevenLabsPersona,
  liveKitPersona,
  openAiPersona,
  retellPersona,
  trunkPersona,
  twilioPersona,
  xAiPersona,
]

/** By its name, whatever the case; null where there is none. */
export const personaNamed = (name: string): PersonaDefinition | null =>
  personas.find((persona) => persona.name === name.toLowerCase()) ?? null
