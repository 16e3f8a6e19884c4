import { ofControl, webhookFaultCodes, webhookFaults } from '../../../../shared/model/webhook-faults.ts'
import { observed, type Found, type Rule } from '../rule.ts'

/** A webhook does not answer as it must, or a server does not accept as it must: each thing that is wrong by itself. */
export const webhook: Rule = {
  id: 'webhook',
  severities: ['fault', 'warning', 'info'],
  looksAt:
    'the webhook that a persona asks while the call rings: how it answered, how fast, and with what; and where the ' +
    'server behind it says over HTTP what becomes of the call, what that called',
  speaks:
    'it could not be asked, answered late, with something else than JSON, without what the agent needs, or with what ' +
    'the agent does not allow; the call was not accepted, or late; an accept, reject, refer or hangup was not done, ' +
    'its key is not right, say: one finding for each',
  silent: 'the answer is as it must be and what was called was done, or no webhook is asked',
  needs: 'observations',
  evaluate(facts) {
    const asked = observed(facts, 'webhook')[0]
    return observed(facts, 'webhook-fault').flatMap((fault): Found[] => {
      const code = webhookFaultCodes.find((known) => known === fault.value)
      if (code === undefined) return []
      const { severity, next } = webhookFaults[code]
      const subject = ofControl.has(code) ? 'The control of the call' : 'The webhook'
      return [{ severity, at: fault.at, evidence: [asked, fault], sentence: `${subject}: ${fault.text}`, next }]
    })
  },
}
