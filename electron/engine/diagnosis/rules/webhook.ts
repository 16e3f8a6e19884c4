import { webhookFaultCodes, webhookFaults } from '../../../../shared/model/webhook-faults.ts'
import { observed, type Found, type Rule } from '../rule.ts'

/** A webhook that was asked while the call rang does not answer as it must: each thing that is wrong by itself. */
export const webhook: Rule = {
  id: 'webhook',
  severities: ['fault', 'warning', 'info'],
  looksAt: 'the webhook that a persona asks while the call rings: how it answered, how fast, and with what',
  speaks:
    'it could not be asked, answered late, with something else than JSON, without what the agent needs, or with what ' +
    'the agent does not allow: one finding for each',
  silent: 'the answer is as it must be, or no webhook is asked',
  needs: 'observations',
  evaluate(facts) {
    const asked = observed(facts, 'webhook')[0]
    return observed(facts, 'webhook-fault').flatMap((fault): Found[] => {
      const code = webhookFaultCodes.find((known) => known === fault.value)
      if (code === undefined) return []
      const { severity, next } = webhookFaults[code]
      return [{ severity, at: fault.at, evidence: [asked, fault], sentence: `The webhook: ${fault.text}`, next }]
    })
  },
}
