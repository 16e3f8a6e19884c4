import { z } from 'zod'
import { plainRemedyCodes } from '../model/remedies.ts'
import { transportNames } from '../model/transport.ts'

/** What a person can change, as a code that each face words (see the model's Remedy). */
export const remedySchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('choose-transport'), transport: z.enum(transportNames).optional() }),
  z.object({ code: z.literal('choose-encryption'), encryption: z.enum(['disabled', 'required']) }),
  z.object({ code: z.enum(plainRemedyCodes) }),
])
