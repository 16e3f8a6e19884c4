import { z } from 'zod'
import { providerSchema } from '../providers/provider.ts'

/** A provider as it is listed. */
export const listedProviderSchema = providerSchema.extend({
  yours: z.boolean().default(false).describe('from a file of the profile folder'),
})
export type ListedProvider = z.infer<typeof listedProviderSchema>

/** Whose address something is, by host name or by the ranges that providers publish. */
export const addressOwnersSchema = z.object({
  address: z.string(),
  owners: z
    .array(
      z.object({
        provider: z.string(),
        by: z.string().describe('the block (CIDR) or the domain that it is in'),
        use: z.enum(['signalling', 'media', 'any']),
        region: z.string().optional(),
        source: z.string(),
        url: z.string().optional(),
        asOf: z.string(),
        yours: z.boolean(),
      }),
    )
    .describe('empty: of no provider that is known here'),
})
export type AddressOwners = z.infer<typeof addressOwnersSchema>

/** What is known of providers, and whose an address is. */
export const providerCommands = {
  'provider.list': {
    args: z.object({}),
    result: z.object({
      providers: z.array(listedProviderSchema),
      problems: z.array(z.string()).describe('what is wrong with files of the profile folder, by file, line and field'),
    }),
  },
  'provider.address': {
    args: z.object({ address: z.string().max(300).describe('an IP address or a host name, with or without a port') }),
    result: addressOwnersSchema,
  },
} as const
