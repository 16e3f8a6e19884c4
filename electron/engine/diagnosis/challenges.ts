import { headerFields, type SipResponse } from '../../../shared/wire/sip/message.ts'

/** What a 401 or 407 asks, one for each algorithm or realm. */
export const challengesOf = (message: SipResponse): string[] => [
  ...headerFields(message, 'www-authenticate'),
  ...headerFields(message, 'proxy-authenticate'),
]

/** Whether it asks for credentials. */
export const isChallenge = ({ status }: SipResponse): boolean => status === 401 || status === 407

/** A quoted parameter of a challenge or of credentials; undefined where it has none, or it was masked. */
export function parameterOf(value: string, name: 'realm' | 'nonce'): string | undefined {
  const found = parameters[name].exec(value)?.[1]
  return found === undefined || /^x+$/.test(found) ? undefined : found
}

const parameters = { realm: /\brealm="([^"]*)"/i, nonce: /(?<![a-z])nonce="([^"]*)"/i }

/** The realm of the first challenge of a 401 or 407; undefined where it names none. */
export const realmOf = (message: SipResponse): string | undefined =>
  parameterOf(challengesOf(message)[0] ?? '', 'realm')

/** Whether only the nonce is too old: the credentials are asked for again. */
export function isStale(message: SipResponse): boolean {
  return challengesOf(message).some((value) => /[,\s]stale="?true/i.test(value))
}
