import { z } from 'zod'
import { countriesOf, isE164 } from '../../../model/countries.ts'
import { block } from '../fields.ts'

const number = z.string().refine(isE164, 'is no number in E.164 form: + and the country code')
const friendlyName = z.string().default('').describe('as the Console shows the list: nobody authenticates by it')

/** A trunk by the words of the Console. */
export const trunkSchema = z.strictObject({
  terminationUri: z
    .string()
    .regex(/^\s*[a-z0-9-]+(\.[a-z0-9-]+)*\s*$/i, 'is no host name: write example.pstn.twilio.com')
    .default('example.pstn.twilio.com')
    .describe('the host that the request URI of a call must name'),
  originationUri: z.string().max(500).optional().describe('where calls from the telephone network are sent'),
  secureTrunking: z.boolean().default(false).describe('TLS and SRTP, both'),
  credentialLists: z
    .array(
      z.strictObject({
        friendlyName,
        credentials: z
          .array(z.strictObject({ username: z.string().min(1), passwordEnv: z.string().min(1) }))
          .min(1)
          .max(1000),
      }),
    )
    .max(100)
    .default([]),
  ipAccessControlLists: z
    .array(
      z.strictObject({
        friendlyName,
        addresses: z.array(block).min(1).max(1000),
      }),
    )
    .max(100)
    .default([]),
  callerIds: z
    .array(number)
    .max(10_000)
    .optional()
    .describe('numbers of the account and verified caller IDs; left out: any is taken'),
  fromNumber: number.optional().describe('what a header manipulation policy replaces the From number by'),
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'is no country: two capital letters, US'))
    .max(300)
    .optional()
    .describe('allowed by Voice Geographic Permissions; left out: any is'),
  callsPerSecond: z.number().positive().max(1000).default(1),
  callsAtOnce: z
    .int()
    .positive()
    .max(20_000)
    .optional()
    .describe('4 for a trial account; left out: as many as come, as for an account that is approved'),
})
export type TwilioTrunk = z.output<typeof trunkSchema>

/** Whether a number may be called by geographic permissions; null: it may be of several countries, not all allowed. */
export function mayCall(number: string, countries: readonly string[] | undefined): boolean | null {
  if (countries === undefined) return true
  const of = countriesOf(number)
  const allowed = of.filter((country) => countries.includes(country)).length
  return of.length === 0 || (allowed > 0 && allowed < of.length) ? null : allowed > 0
}
