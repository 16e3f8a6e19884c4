import type { SipRequest } from '../../../wire/sip/message.ts'
import { liveKitCarrierHeaders } from '../../livekit.ts'
import type { Variable } from '../../variables.ts'
import type { Trunk } from './config.ts'

/**
 * The attributes that the participant gets of the headers of the INVITE: of all or the X- headers where the trunk
 * includes them, of those that carriers send, and of those that `headers_to_attributes` names, in this order; what
 * comes later overrides. Of a header that stands there twice the first counts, with `include_headers` the last.
 */
export function attributesOf(request: SipRequest, { includeHeaders, headersToAttributes }: Trunk): Variable[] {
  const made = new Map<string, Variable>()
  const set = (variable: string, { name, value }: { readonly name: string; readonly value: string }) =>
    made.set(variable, {
      name,
      value,
      variable,
      note: value.trim() === '' ? 'the value is empty' : made.has(variable) ? 'it overrides an earlier header' : null,
    })
  if (includeHeaders !== 'SIP_NO_HEADERS')
    for (const field of request.headers) {
      const name = field.name.toLowerCase()
      if (includeHeaders === 'SIP_ALL_HEADERS' || name.startsWith('x-')) set(`sip.h.${name}`, field)
    }
  const missing: Variable[] = []
  const first = (name: string) => request.headers.find((field) => field.name.toLowerCase() === name.toLowerCase())
  for (const [name, attribute] of liveKitCarrierHeaders) {
    const field = first(name)
    if (field) set(attribute, field)
  }
  for (const [name, attribute] of Object.entries(headersToAttributes)) {
    const field = first(name)
    if (field) set(attribute, field)
    else
      missing.push({
        name,
        value: '',
        variable: null,
        note: `the trunk maps it to ${attribute}, and it did not arrive`,
      })
  }
  return [...made.values(), ...missing]
}
