import { header, headerList } from '../../../../shared/wire/sip/message.ts'
import { statusOf } from '../../../../shared/words/statuses.ts'
import { refusalWords } from '../../../../shared/words/refusal.ts'
import { isChallenge, isStale, realmOf } from '../challenges.ts'
import type { LastRequestFacts } from '../last-request.ts'
import type { Rule } from '../rule.ts'
import { expiresOf } from '../../../../shared/wire/sip/numbers.ts'

/** Who asks for credentials may get them a moment later. */
const waitUs = 1_000_000

/** The registrar said no to the last REGISTER. */
export const registrationRefused: Rule<LastRequestFacts> = {
  id: 'registration-refused',
  severities: ['fault'],
  looksAt: 'the final response to the last REGISTER of a registration, and whether it carried credentials',
  speaks: 'it refuses (300 and above); 401 and 407 to a REGISTER without credentials where none follow for 1 s',
  silent: 'a later REGISTER was accepted, or has no response yet',
  evaluate({ now, messages, request, final }) {
    if (!final || final.message.status < 300) return []
    const { status, reason } = final.message
    const credentials =
      request !== null &&
      (header(request.message, 'authorization') !== undefined ||
        header(request.message, 'proxy-authorization') !== undefined)
    const asks = isChallenge(final.message)
    // The old nonce is no longer taken, whatever the password is (RFC 7616 3.3).
    const again = credentials && asks && isStale(final.message)
    if (asks && (!credentials || again) && now - final.event.at < waitUs) return []
    const realm = realmOf(final.message)
    const asked = messages.some(({ message }) => message?.kind === 'response' && isChallenge(message))
    const unasked = asked
      ? ', and the credentials that it had asked for did not come'
      : ' without asking for credentials'
    const named = realm === undefined ? '' : ` (realm "${realm}")`
    const said = refusalWords(final.message, request && expiresOf(request.message))
    const told = `${status} ${reason}${said.length > 0 ? ` (${said.join('; ')})` : ''}`
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: [request, final],
        sentence: asks
          ? credentials && !again
            ? `The registrar refused the credentials with ${told}${named}.`
            : `The registrar asks for digest credentials ${again ? 'for a new nonce ' : ''}with ${told}${named}, ` +
              'and none follow.'
          : `The registrar refused the registration with ${told}` +
            `${status === 403 ? (credentials ? ', in spite of credentials' : unasked) : ''}.`,
        next: nextFor(final.message, credentials && !again),
      },
    ]
  },
}

function nextFor(message: Parameters<typeof realmOf>[0], credentials: boolean): string {
  const { status } = message
  const [contact] = headerList(message, 'contact')
  if (status < 400)
    return contact === undefined
      ? 'Ask whoever runs the registrar where registrations are to go: the redirection names no address.'
      : `Register at ${contact}, or have the registrar take registrations itself.`
  if (status === 401 || status === 407)
    return credentials
      ? 'Check the password, and that the user is the one that the registrar knows in this realm.'
      : 'Set the user and the password at the phone; if they are set, its software cannot answer this challenge.'
  if (status === 403)
    return credentials
      ? 'The registrar knows the request and does not allow it: check the password, that the user may register, ' +
          'and that From and To name its own address.'
      : 'Compare the address that the REGISTER came from with the list of the registrar, and check that this user ' +
          'may register.'
  if (status === 423) return 'Ask for a longer registration: at least as long as Min-Expires says.'
  if (statusOf(status).registering === 'none')
    return 'Check the address and the user: this element knows no such user, or takes no registrations.'
  return statusOf(status).next ?? 'Read the reason phrase and the Warning header of the response.'
}
