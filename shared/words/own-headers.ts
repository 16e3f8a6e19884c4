import type { Remedy } from '../model/remedies.ts'
import { headerKey } from '../wire/sip/message.ts'
import { headerFault } from '../wire/sip/write.ts'
import { remedyWords } from './remedies.ts'

/** Headers that the stack writes itself: why nobody else may, or what to set instead. */
const owned: ReadonlyMap<string, string | Remedy> = new Map<string, string | Remedy>(
  Object.entries({
    'via': 'it is the path of the responses',
    'from': { code: 'set-caller' },
    'to': 'it is the dialled URI',
    'call-id': 'it names the dialog',
    'cseq': 'it orders the requests of the dialog',
    'max-forwards': 'it is the loop guard',
    'contact': 'it is where in-dialog requests must come',
    'route': { code: 'set-proxy' },
    'record-route': 'only proxies write it',
    'content-length': 'it follows from the body',
    'content-type': 'it describes the session description',
    'authorization': { code: 'set-credentials' },
    'proxy-authorization': { code: 'set-credentials' },
    'require': 'it would demand extensions that the stack must act on',
    'rack': 'it acknowledges provisional responses',
    'rseq': 'it numbers provisional responses',
    'session-expires': 'session timers follow the peer',
  }),
)

/**
 * Why a custom header is refused before anything is sent, and what to set instead where there is something; null when
 * it may be sent as typed.
 */
export function customHeaderFault(
  name: string,
  value: string,
): { readonly text: string; readonly remedy?: Remedy } | null {
  const reason = owned.get(headerKey(name))
  if (typeof reason === 'string') return { text: `header ${name} belongs to the stack: ${reason}` }
  if (reason) return { text: `header ${name} belongs to the stack: ${remedyWords(reason)}`, remedy: reason }
  const text = headerFault(name, value)
  return text === null ? null : { text }
}

/** Why a header whose value was hidden, and so not kept, cannot be sent yet; null when it has one. */
export function secretFault({ name, value, secret }: { name: string; value: string; secret?: boolean }): string | null {
  return secret && value === '' ? `the value of ${name} is secret and was not kept: type it again` : null
}
