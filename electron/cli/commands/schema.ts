import type { Command } from 'commander'
import { z } from 'zod'
import { captureLineSchema } from '../../../shared/contract/captures.ts'
import { apiSchema, bindingSchema, listenerSchema } from '../../../shared/contract/agent-parts.ts'
import { storedTrunkSchema, trunkCheckSchema } from '../../../shared/contract/commands.ts'
import { historyEntrySchema } from '../../../shared/contract/lists.ts'
import { addressOwnersSchema, listedProviderSchema } from '../../../shared/contract/providers.ts'
import { pairSchema } from '../../../shared/contract/pair.ts'
import { proofSchema } from '../../../shared/contract/proof.ts'
import { personaReportSchema } from '../../../shared/contract/persona.ts'
import { callReportSchema, inspectReportSchema, ruleSchema, streamSchema } from '../../../shared/contract/report.ts'
import { registrationViewSchema } from '../../../shared/contract/state.ts'
import { webhookRequestSchema } from '../../../shared/contract/webhook.ts'
import { captureViewSchema } from '../../../shared/contract/views.ts'
import { personas } from '../../../shared/providers/personas/index.ts'
import { printJson } from '../output.ts'
import { exitCode } from '../session.ts'

/** Every document that a command prints. */
export const documents = {
  CallReport: callReportSchema,
  Stream: streamSchema,
  InspectReport: inspectReportSchema,
  InspectLine: captureLineSchema,
  InspectEnd: captureViewSchema.omit({ id: true, reading: true }).extend({ type: z.literal('end') }),
  RegisterReport: registrationViewSchema,
  AgentListening: z.object({
    type: z.literal('listening'),
    addresses: z.array(listenerSchema),
    api: apiSchema.optional(),
  }),
  AgentBindings: z.object({ type: z.literal('bindings'), bindings: z.array(bindingSchema) }),
  AgentCall: z.object({ type: z.literal('call'), report: callReportSchema }),
  RegistrationLine: registrationViewSchema
    .pick({ state: true, contact: true, expiresS: true, status: true, text: true })
    .extend({ type: z.literal('registration') }),
  TrunkList: z.array(storedTrunkSchema),
  TrunkCheck: trunkCheckSchema,
  HistoryList: z.array(historyEntrySchema),
  RuleList: z.array(ruleSchema),
  ProviderList: z.array(listedProviderSchema),
  ProviderAddress: addressOwnersSchema,
  Proof: proofSchema,
  PersonaReport: personaReportSchema,
  WebhookListening: z.object({ type: z.literal('listening'), url: z.string() }),
  WebhookRequest: z.object({ type: z.literal('request'), request: webhookRequestSchema }),
  Pair: pairSchema,
}

export function addSchema(program: Command, finish: (code: number) => void): Command {
  return program
    .command('schema')
    .description('the JSON Schema of every document that these commands print; it is always JSON')
    .addHelpText('after', '\nExamples:\n  ringback schema')
    .action(async () => {
      const definitions = Object.fromEntries(
        Object.entries(documents).map(([name, schema]) => {
          const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12' })
          return [name, rest]
        }),
      )
      const configurations = Object.fromEntries(
        personas.map(({ name, schema }) => {
          const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' })
          return [`PersonaConfig-${name}`, rest]
        }),
      )
      await printJson({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $defs: { ...definitions, ...configurations },
      })
      finish(exitCode.ok)
    })
}
