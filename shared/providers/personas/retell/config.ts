import { z } from 'zod'

/** A number as the Import Number API takes it: what has no meaning here is left as it is. */
export const numberSchema = z.looseObject({
  phone_number: z.string().min(1).describe('in E.164 form'),
  termination_uri: z.string().max(500).optional(),
  sip_trunk_auth_username: z.string().nullish(),
  sip_trunk_auth_password: z.string().nullish(),
  inbound_agent_id: z.string().nullish(),
  inbound_agents: z.array(z.looseObject({ agent_id: z.string() })).nullish(),
  allowed_inbound_country_list: z.array(z.string()).nullish(),
})
export type ImportedNumber = z.output<typeof numberSchema>
