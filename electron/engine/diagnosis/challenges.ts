import { headerFields, type SipResponse } from '../../../shared/wire/sip/message.ts'

const challengesOf = (message: SipResponse) => [
  ...headerFields(message, 'www-authenticate'),
  ...headerFields(message, 'proxy-authenticate'),
]

/** Whether it asks for credentials. */
export const isChallenge = ({ status }: SipResponse): boolean => status === 401 || status === 407

/** The realm of the first challenge of a 401 or 407; undefined where it names none. */
export function realmOf(message: SipResponse): string | undefined {
  return /realm="([^"]*)"/i.exec(challengesOf(message)[0] ?? '')?.[1]
}

/** Whether only the nonce is too old: the credentials are asked for again. */
export function isStale(message: SipResponse): boolean {
  return challengesOf(message).some((value) => /[,\s]stale="?true/i.test(value))
}
