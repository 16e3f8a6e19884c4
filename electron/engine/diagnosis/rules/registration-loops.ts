import { count } from '../../../../shared/base/text.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { headerFields } from '../../../../shared/wire/sip/message.ts'
import { challengesOf, isChallenge, isStale, parameterOf, realmOf } from '../challenges.ts'
import type { LastRequestFacts } from '../last-request.ts'
import type { RequestFact, ResponseFact } from '../messages.ts'
import type { Found, Rule } from '../rule.ts'

/** Credentials that were asked for anew so often go round in a circle. */
const enough = 3

/** A REGISTER with credentials, the challenge before it, and the one that refused it. */
interface Round {
  readonly asked: ResponseFact | null
  readonly request: RequestFact
  readonly again: ResponseFact
}

/** A REGISTER is challenged again whatever credentials it carries, until the capture ends. */
export const registrationLoops: Rule<LastRequestFacts> = {
  id: 'registration-loops',
  severities: ['fault'],
  looksAt: 'each REGISTER with credentials of a registration, the challenge (401, 407) before it and the one after it',
  speaks: 'three and more of them, up to the last that was answered, were challenged again',
  silent: 'one was accepted or refused otherwise since, there were fewer, or the challenges are not in the capture',
  silences: ['registration-refused', 'registration-unanswered'],
  evaluate({ messages }) {
    const rounds = roundsOf(messages)
    return rounds.length < enough ? [] : [found(rounds)]
  },
}

/** Since the last response that was no challenge. */
function roundsOf(messages: LastRequestFacts['messages']): Round[] {
  let rounds: Round[] = []
  let asked: ResponseFact | null = null
  const requests = new Map<number | undefined, RequestFact>()
  for (const fact of messages) {
    const { message, retransmissionOf } = fact
    if (message === null || retransmissionOf !== null) continue
    const { cseq } = messageIds(message)
    if (message.kind === 'request') {
      if (message.method === 'REGISTER') requests.set(cseq?.number, fact as RequestFact)
      continue
    }
    if (message.status < 200 || cseq?.method !== 'REGISTER') continue
    if (!isChallenge(message)) {
      rounds = []
      asked = null
      continue
    }
    const request = requests.get(cseq.number)
    const again = fact as ResponseFact
    if (request && credentialsOf(request) !== undefined) rounds.push({ asked, request, again })
    asked = again
  }
  return rounds
}

const credentialsOf = ({ message }: RequestFact) =>
  [...headerFields(message, 'authorization'), ...headerFields(message, 'proxy-authorization')][0]

const nonceOf = (challenge: ResponseFact) => parameterOf(challengesOf(challenge.message)[0] ?? '', 'nonce')

function found(rounds: readonly Round[]): Found {
  const last = rounds.at(-1)!
  const { again } = last
  const realm = realmOf(again.message)
  return {
    severity: 'fault',
    at: again.event.at,
    evidence: rounds.slice(-10).flatMap(({ request, again: challenge }) => [request, challenge]),
    ...reasonOf(rounds, `${count(rounds.length, 'REGISTER')} with credentials${realm ? ` (realm "${realm}")` : ''}`),
  }
}

/** Whose fault the circle is, as far as the credentials tell. */
function reasonOf(rounds: readonly Round[], what: string): Pick<Found, 'sentence' | 'next'> {
  const status = rounds.at(-1)!.again.message.status
  const challenged = `${what} were each challenged again with ${status}`
  const astray = rounds.map(strayOf).find((stray) => stray !== null)
  if (astray && rounds.slice(1).every((round) => strayOf(round) !== null))
    return {
      sentence: `${challenged}: they answer another challenge than the one that was given (${astray}).`,
      next: 'Have the software of the phone looked at: it must take realm and nonce from the last challenge.',
    }
  const stale = rounds.filter(({ again }) => isStale(again.message))
  if (stale.length < rounds.length)
    return {
      sentence: `${challenged}: the registrar does not take them, and the phone goes on trying.`,
      next:
        'Check the password, and that the user is the one that the registrar knows in this realm; stop the phone ' +
        'meanwhile: registrars lock out who tries again and again.',
    }
  const nonces = new Set(stale.map(({ again }) => nonceOf(again)))
  if (nonces.has(undefined))
    return {
      sentence: `${challenged} and stale=true: whether the nonce was a new one each time is not known.`,
      next: 'Show the messages to whoever runs the registrar: it calls each nonce that it gave stale.',
    }
  return nonces.size === 1
    ? {
        sentence: `${challenged} and stale=true, each time with the same nonce: no credentials can ever satisfy it.`,
        next: 'Show the messages to whoever runs the registrar: it calls a nonce stale and gives the same one again.',
      }
    : {
        sentence: `${challenged} and stale=true: the registrar takes each new nonce of its own for an old one.`,
        next:
          'Show the messages to whoever runs the registrar: behind one address several may answer that do not know ' +
          "one another's nonces, or a nonce is valid for too short a time.",
      }
}

/** What of the credentials is not of the challenge before them; null where nothing is, or that was not captured. */
function strayOf({ asked, request }: Round): string | null {
  const credentials = credentialsOf(request)!
  if (!asked) return null
  for (const name of ['realm', 'nonce'] as const) {
    const given = parameterOf(credentials, name)
    const wanted = challengesOf(asked.message).map((challenge) => parameterOf(challenge, name))
    if (given !== undefined && !wanted.includes(undefined) && !wanted.includes(given)) return `another ${name}`
  }
  return null
}
