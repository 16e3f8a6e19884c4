import { bracketHost } from '../../base/address.ts'
import { parseNameAddr, parseUri } from './grammar.ts'

/** Whether a Contact of a 2xx to REGISTER is the binding that a Contact asked for (RFC 3261 10.2.4). */
export function isBindingOf(contact: string, value: string): boolean {
  const asked = parseUri(parseNameAddr(contact)?.uri ?? '')
  const uri = parseUri(parseNameAddr(value)?.uri ?? '')
  return (
    uri !== null &&
    asked !== null &&
    plainUser(uri.user) === plainUser(asked.user) &&
    bracketHost(uri.host) === bracketHost(asked.host) &&
    (uri.port ?? 5060) === (asked.port ?? 5060)
  )
}

/** A user part without its escapes: that is how two are compared (RFC 3261 10.3, 5, and 19.1.4). */
export function plainUser(user: string | null): string {
  if (!user?.includes('%')) return user ?? ''
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}
