import { headerFields, type SipResponse } from '../../../shared/wire/sip/message.ts'

/** The realm of the first challenge of a 401 or 407; undefined where it names none. */
export function realmOf(message: SipResponse): string | undefined {
  const fields = [...headerFields(message, 'www-authenticate'), ...headerFields(message, 'proxy-authenticate')]
  return /realm="([^"]*)"/i.exec(fields[0] ?? '')?.[1]
}
