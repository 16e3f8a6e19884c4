import { isBindingOf } from '../../../../shared/wire/sip/bindings.ts'
import { headerList } from '../../../../shared/wire/sip/message.ts'
import { parseNameAddr } from '../../../../shared/wire/sip/grammar.ts'
import { expiresOf, expiresParam } from '../../../../shared/wire/sip/numbers.ts'
import { missingBinding } from '../../../../shared/words/missing-binding.ts'
import type { LastRequestFacts } from '../last-request.ts'
import type { Rule } from '../rule.ts'

/** The registrar agreed, and what it lists is not the binding that was asked for (RFC 3261 10.3 step 8). */
export const bindingMissing: Rule<LastRequestFacts> = {
  id: 'binding-missing',
  severities: ['warning', 'info'],
  looksAt: 'the Contact of the last REGISTER, and the bindings that its 2xx lists',
  speaks: 'the 2xx lists no binding at all; as information where it lists others only',
  silent: 'the REGISTER removes the binding, or only asks which there are',
  evaluate({ request, final }) {
    if (!request || !final || final.message.status >= 300) return []
    const [contact] = headerList(request.message, 'contact')
    if (contact === undefined || contact === '*') return []
    const asked = expiresParam(parseNameAddr(contact)?.params ?? new Map()) ?? expiresOf(request.message)
    const bindings = headerList(final.message, 'contact')
    if (asked === 0 || bindings.some((value) => isBindingOf(contact, value))) return []
    const none = bindings.length === 0
    return [
      {
        severity: none ? 'warning' : 'info',
        at: final.event.at,
        evidence: [request, final],
        sentence:
          `The registrar agreed with ${final.message.status} ${final.message.reason} and ` +
          `${missingBinding(contact, bindings)}.`,
        next: none
          ? 'Call the address to see whether the call comes; the registrar must list its bindings in the 200 ' +
            '(RFC 3261 10.3).'
          : 'Check whether an element on the way writes the public address into the Contact: then this is as it ' +
            'should be.',
      },
    ]
  },
}
