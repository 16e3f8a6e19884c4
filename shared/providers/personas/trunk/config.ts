import { z } from 'zod'
import { codecNames, usualCodecs } from '../../../model/codecs.ts'
import { encryptions } from '../../../model/encryption.ts'
import { transportNames } from '../../../model/transport.ts'
import { isToken } from '../../../wire/sip/grammar.ts'
import { callerIdHeaders } from '../caller-ids.ts'
import { block, environment, words } from '../fields.ts'

const seconds = z.int().min(1).max(86_400)

export const trunkConfig = z.strictObject({
  mode: z
    .enum(['watch', 'enforce'])
    .default('watch')
    .describe('watch: every call is let in, and what would have been refused is said; enforce: it is refused'),
  domain: words.optional().describe('the host that the request URI must name; any when absent'),
  transports: z.array(z.enum(transportNames)).min(1).optional().describe('any when absent'),
  authentication: z
    .strictObject({
      realm: words.default('trunk'),
      users: z
        .array(z.strictObject({ user: words, passwordEnv: environment }))
        .min(1)
        .max(1000),
      asProxy: z.boolean().default(true).describe('407, as trunks do; else 401'),
    })
    .optional()
    .describe('digest is asked for, also in watch mode'),
  allowedAddresses: z
    .array(block)
    .max(1000)
    .default([])
    .describe('blocks (CIDR) that calls may come from; any when empty'),
  requiredHeaders: z
    .array(
      z.strictObject({
        name: z.string().refine((name) => isToken(name), 'is no name of a header'),
        value: z.string().max(1000).optional().describe('that it must have; any when absent'),
      }),
    )
    .max(100)
    .default([]),
  number: z
    .enum(['any', 'e164', 'no-plus'])
    .default('any')
    .describe('the form of the called number: +15105550100, or 15105550100'),
  callerId: z
    .strictObject({
      header: z.enum(callerIdHeaders).default('From').describe('the one that is taken for the caller'),
      numbers: z.array(words).max(10_000).optional().describe('those that may be shown; any when absent'),
    })
    .default({ header: 'From' }),
  codecs: z
    .array(z.string().refine((name) => codecNames().includes(name), 'is no codec that is known here'))
    .min(1)
    .default(() => usualCodecs()),
  mediaEncryption: z.enum(encryptions).default('allowed'),
  callsPerSecond: z.number().positive().max(10_000).optional(),
  callsAtOnce: z.int().positive().max(20_000).optional(),
  registrar: z
    .strictObject({
      minExpiresS: seconds.default(60).describe('shorter ones are refused with 423'),
      maxExpiresS: seconds.default(3600),
      usualExpiresS: seconds.default(3600).describe('where nobody asks for one'),
      mostContacts: z.int().min(1).max(100).default(10).describe('of one address of record'),
    })
    .optional()
    .describe('peers may register; a call to one that did is redirected (302) to its contacts'),
})
export type TrunkConfig = z.output<typeof trunkConfig>
