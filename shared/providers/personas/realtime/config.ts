import { z } from 'zod'
import { block, environment, url, words } from '../fields.ts'

/** What both services have: the webhook of an owner, and the calls that its server makes. */
const owner = {
  webhook: z
    .strictObject({
      url: url.optional(),
      secretEnv: environment.describe('the secret that signs the event: whsec_ and base64'),
      timeoutMs: z.int().min(100).max(60_000).default(10_000),
    })
    .optional()
    .describe('whose server is told of each call; when absent, every call is accepted as by a server that accepts'),
  api: z
    .strictObject({
      port: z.int().min(0).max(65535).default(0).describe('on 127.0.0.1; 0: any that is free'),
      keyEnv: environment.describe('the key that the server sends: Authorization: Bearer …'),
    })
    .optional()
    .describe('where the server accepts, rejects, refers and hangs up'),
  acceptWithinMs: z
    .int()
    .min(100)
    .max(180_000)
    .default(30_000)
    .describe('then a call that nobody accepted or rejected is refused; how long the service waits is not documented'),
  slowMs: z.int().min(0).max(60_000).default(2000).describe('accepting later than this is said to be slow'),
  transports: z
    .array(z.enum(['tls', 'tcp', 'udp']))
    .min(1)
    .default(['tls'])
    .describe('the service takes TLS only; others are for trying it without certificates'),
}

export const openAiConfig = z.strictObject({
  projectId: z
    .string()
    .regex(/^proj_[A-Za-z0-9]{1,100}$/, 'an id of a project begins with proj_')
    .optional()
    .describe('the user part that calls must have; any of that form when absent'),
  ...owner,
})

export const xAiConfig = z.strictObject({
  phoneNumbers: z.array(words).max(10_000).optional().describe('the numbers that were registered; any when absent'),
  authentication: z.strictObject({ user: words, passwordEnv: environment }).optional().describe('digest'),
  allowedAddresses: z
    .array(block)
    .max(1000)
    .default([])
    .describe('blocks (CIDR) that calls may come from; any when empty'),
  ...owner,
})

export type OwnerConfig = Pick<
  z.output<typeof openAiConfig>,
  'webhook' | 'api' | 'acceptWithinMs' | 'slowMs' | 'transports'
>
