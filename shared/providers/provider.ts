import { z } from 'zod'
import { parseCidr } from '../base/address.ts'
import { encryptions } from '../model/encryption.ts'
import { refusedByNames } from '../model/refused-by.ts'
import { transportNames } from '../model/transport.ts'

const words = (what: string) => z.string().min(1, `${what} is empty`).max(500)
const sentence = words('the sentence').regex(/^\S[^]*\.$/, 'a sentence ends with a full stop')
/** A host name or its end; `*` stands for one label. */
const domain = z
  .string()
  .max(255)
  .regex(/^(\*|[a-z0-9-]+)(\.(\*|[a-z0-9-]+))+$/, 'a domain has lower-case labels, or * for any one, with dots between')
const transport = z.enum(transportNames)
const encryption = z.enum(encryptions)
const port = z.int().min(1).max(65535)
const seconds = z.number().positive()

const document = {
  source: words('the source').describe('the document that says so'),
  url: z.url({ protocol: /^https?$/ }).optional(),
  asOf: z
    .string()
    .regex(/^20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/, 'a date is a year, year-month or year-month-day')
    .describe('when it was read, as exactly as is known: what a provider publishes moves'),
}
export const sourceSchema = z.strictObject(document)
export type Source = z.infer<typeof sourceSchema>

/** Every fact may come from another document than the rest. */
const from = { from: sourceSchema.optional().describe('the document of this fact, where it is another one') }
const note = { note: sentence.optional() }

const targetSchema = z.strictObject({
  name: words('the name').describe('region or kind, as the provider calls it'),
  address: z
    .string()
    .regex(/^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/)
    .describe('one that begins with a dot has a part of the customer’s own before it'),
  ...note,
  ...from,
})

const addressSchema = z.strictObject({
  cidr: z.string().refine((text) => parseCidr(text) !== null, 'is no address and no block (CIDR)'),
  use: z.enum(['signalling', 'media', 'any']),
  region: words('the region').optional(),
  ...from,
})

const authenticationSchema = z.strictObject({
  kind: z.enum(['digest', 'ip', 'none', 'register', 'certificate']),
  ...note,
  ...from,
})

const rateSchema = z.strictObject({
  callsPerSecond: z.number().positive().optional(),
  concurrentCalls: z.int().positive().optional(),
  per: words('what it is per').optional().describe('what the limit is counted for'),
  ...note,
  ...from,
})

const headerSchema = z.strictObject({
  name: words('the name').describe('of a header, or the beginning of names: X-…'),
  means: sentence,
  ...from,
})

const variableRuleSchema = z.strictObject({
  named: z
    .array(
      z.strictObject({
        header: words('the header'),
        variable: words('the variable'),
        fallback: z.boolean().optional().describe('counts only where no other header of this variable is there'),
      }),
    )
    .describe('headers with a variable of their own, which no other header can set'),
  prefix: z
    .strictObject({ header: words('the prefix'), variable: words('the prefix') })
    .describe('every other header that begins so becomes `variable` and the rest in lower case, with - as _'),
  ...from,
})

/** When a refusal came: how far the call was. */
export const refusalTimes = ['before-challenge', 'after-challenge', 'before-ringing', 'after-ringing'] as const
export type RefusalTime = (typeof refusalTimes)[number]

const refusalSchema = z
  .strictObject({
    status: z.int().min(300).max(699).optional(),
    phrase: z
      .string()
      .max(200)
      .optional()
      .describe('found in the reason phrase, whatever the case; empty: the phrase is'),
    code: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,40}$/)
      .optional()
      .describe('a code of the provider’s own'),
    header: words('the header').optional().describe('that begins with the code; else it stands in the reason phrase'),
    text: words('the text').optional().describe('what follows the code in the header'),
    when: z.enum(refusalTimes).optional(),
    alone: z
      .enum(['proof', 'hint'])
      .optional()
      .describe(
        'what the words are worth where nothing else says that it is this provider: proof: nobody else writes them; ' +
          'hint: said with a reservation; absent: nothing',
      ),
    refusedBy: z.enum(refusedByNames),
    cause: words('the cause').describe('a clause: why'),
    next: sentence.describe('what to do'),
    retry: z.literal(false).optional().describe('the call must not be tried again as it is'),
    change: z
      .discriminatedUnion('what', [
        z.strictObject({ what: z.literal('transport'), to: transport }),
        z.strictObject({ what: z.literal('encryption'), to: encryption }),
      ])
      .optional()
      .describe('the setting that `next` changes'),
    ...from,
  })
  .refine(
    ({ status, phrase, code }) => code !== undefined || phrase !== undefined || status !== undefined,
    'a refusal is known by a status, a phrase or a code',
  )
  .refine(({ header, code }) => header === undefined || code !== undefined, 'a header carries a code: it is missing')

const presetSchema = z.strictObject({
  address: z
    .string()
    .describe('one that begins with a dot has a part of the customer’s own before it; empty: all of it is'),
  transport: transport.optional(),
  encryption: encryption.optional(),
  authentication: z.enum(['digest', 'ip']).optional(),
})

/**
 * What is known of a provider from what it publishes: data that anyone can add as one file, of the source or of a
 * profile's folder. What is not known is left out.
 */
export const providerSchema = z.strictObject({
  name: z.string().regex(/^\S(?:.{0,58}\S)?$/, 'a name has 1 to 60 characters'),
  kind: z.enum(['voice-platform', 'trunk', 'pbx']),
  ...document,
  domains: z.array(domain).default([]).describe('the domains that calls to it go to'),
  software: z.array(words('the name')).default([]).describe('the words by which its Server and User-Agent name it'),
  targets: z.array(targetSchema).default([]),
  uriParameter: z
    .strictObject({
      name: words('the name'),
      values: z.array(z.strictObject({ value: words('the value'), place: words('the place').optional() })).min(1),
      ...note,
      ...from,
    })
    .optional()
    .describe('a parameter of its URIs that chooses where calls go or come from'),
  identifier: z
    .strictObject({ required: z.boolean(), example: words('the example'), ...note, ...from })
    .optional()
    .describe('the user part of a URI to it'),
  transports: z.array(z.strictObject({ name: transport, port: port.optional(), ...note, ...from })).optional(),
  notOffered: z
    .array(z.strictObject({ transport, because: sentence, ...from }))
    .default([])
    .describe('transports that it says it does not take'),
  rtpPorts: z.strictObject({ first: port, last: port, ...from }).optional(),
  encryption: z
    .strictObject({
      modes: z.array(encryption).min(1),
      suites: z.array(words('the suite')).optional(),
      needsTls: z.boolean().optional().describe('media is encrypted only where signalling goes over TLS'),
      ...note,
      ...from,
    })
    .optional(),
  codecs: z.array(words('the codec')).optional().describe('as a=rtpmap names them'),
  authentication: z.array(authenticationSchema).optional(),
  number: z
    .strictObject({ form: z.enum(['e164', 'as-configured']), note: sentence, ...from })
    .optional()
    .describe('e164: + and the country code; as-configured: with or without +, as the number was entered there'),
  headers: z.array(headerSchema).optional(),
  variables: variableRuleSchema.optional().describe('the variables that its agents get of the headers of a call'),
  uriLimits: z
    .strictObject({ uri: z.int().positive(), headers: z.int().positive(), ...from })
    .optional()
    .describe('the most characters of a URI, and of the headers in it'),
  addresses: z.array(addressSchema).optional(),
  rates: z.array(rateSchema).optional(),
  mediaTimeouts: z.strictObject({ beforeFirstPacketS: seconds, afterS: seconds, ...from }).optional(),
  ringing: z
    .strictObject({ everyS: seconds, mostS: seconds, means: words('what it means'), next: sentence, ...from })
    .optional()
    .describe('it repeats 180 until somebody joins; a clause: what a long ringing shows'),
  refer: z.strictObject({ supported: z.boolean(), note: sentence, ...from }).optional(),
  refusals: z.array(refusalSchema).default([]),
  preset: presetSchema.nullable().default(null).describe('what the settings of a trunk to it begin with'),
  limits: z.array(sentence).default([]).describe('what else it grants or demands'),
})

/** As it is written down. */
export type ProviderFacts = z.input<typeof providerSchema>
export type Provider = z.output<typeof providerSchema>
export type ProviderRefusal = Provider['refusals'][number]
export type VariableRule = NonNullable<Provider['variables']>
