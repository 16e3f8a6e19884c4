import { z } from 'zod'
import { transportNames } from '../model/transport.ts'
import { codecsSchema, encryptionSchema, ptimeSchema } from './place-call.ts'

/** One thing of a call that can be changed while all else stays as it was. */
export const changeSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('transport'), to: z.enum(transportNames) }),
  z.object({ what: z.literal('encryption'), to: encryptionSchema }),
  z.object({ what: z.literal('codecs'), to: codecsSchema }),
  z.object({
    what: z.literal('number'),
    to: z
      .string()
      .regex(/^[A-Za-z0-9\-_.!~*'()&=+$,%#]{1,128}$/)
      .describe('the user part; a + alone adds one to the number, or takes it away'),
  }),
  z.object({ what: z.literal('headers'), to: z.array(z.string()).describe('the added headers that stay, by name') }),
  z.object({ what: z.literal('digest'), to: z.enum(['on', 'off']).describe('whether challenges are answered') }),
  z.object({ what: z.literal('caller-id'), to: z.string().min(1) }),
  z.object({
    what: z.literal('local-address'),
    to: z.string().min(1).describe('any: whichever reaches the peer'),
  }),
  z.object({ what: z.literal('ptime'), to: ptimeSchema }),
])
export type Change = z.infer<typeof changeSchema>
