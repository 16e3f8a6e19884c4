import type { CallFacts } from '../../../../shared/model/facts.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { minSeOf, sessionExpiresOf } from '../../../../shared/wire/sip/numbers.ts'
import {
  messageName,
  repeatsOf,
  requestsOf,
  responsesTo,
  senderOf,
  type RequestFact,
  type ResponseFact,
} from '../messages.ts'
import { observed, type Found, type Rule } from '../rule.ts'

/** RFC 4028 4: nobody may demand less. */
const leastS = 90

/** Requests that set or refresh a session timer, with their responses, in their order. */
function timed(facts: CallFacts): (readonly [RequestFact, readonly ResponseFact[]])[] {
  return [...requestsOf(facts, 'INVITE'), ...requestsOf(facts, 'UPDATE')]
    .toSorted((a, b) => a.n - b.n)
    .map((request) => [request, responsesTo(facts, request)] as const)
}

const isOk = ({ message: { status } }: ResponseFact) => status >= 200 && status < 300
const askedOf = ({ message }: RequestFact | ResponseFact) => sessionExpiresOf(message)?.seconds ?? null

/** The session timer (RFC 4028): intervals below the least that was demanded, and one that ran out. */
export const sessionTimer: Rule = {
  id: 'session-timer',
  severities: ['warning', 'info'],
  looksAt: 'Session-Expires and Min-SE of requests and responses, and whether the session was refreshed in time',
  speaks:
    'an interval is below the least that was demanded (422, Min-SE), a 422 demands no more than was asked for, or ' +
    'nobody refreshed the session until shortly before the end of the interval; as information where an interval is ' +
    'below 90 s',
  silent: 'there is no session timer, the call ended before, or the recording does',
  evaluate(facts) {
    const pairs = timed(facts)
    return [
      ...pairs.flatMap(([request, responses]) => tooShort(facts, pairs, request, responses)),
      ...ranOut(facts, pairs),
    ]
  },
}

function tooShort(
  facts: CallFacts,
  pairs: ReturnType<typeof timed>,
  request: RequestFact,
  responses: readonly ResponseFact[],
): Found[] {
  const found: Found[] = []
  const refused = responses.find(({ message: { status } }) => status === 422)
  const asked = askedOf(request)
  const add = (
    evidence: readonly (RequestFact | ResponseFact)[],
    sentence: string,
    who: string,
    severity: Found['severity'] = 'warning',
  ) =>
    found.push({
      severity,
      at: evidence.at(-1)!.event.at,
      evidence,
      sentence,
      next: `Show these messages to whoever runs ${who}: its session timer is not as RFC 4028 asks.`,
    })
  if (refused) {
    const minimum = minSeOf(refused.message)
    const who = senderOf(facts, refused)
    if (minimum === null)
      add([request, refused], `The 422 of ${who} names no Min-SE: nobody can know what it wants.`, who)
    else if (asked !== null && minimum <= asked)
      add(
        [request, refused],
        `${who} refused a session timer of ${asked} s as too short, and its 422 demands ${minimum} s only.`,
        who,
      )
    else {
      const [again] = pairs.find(([later]) => later.n > refused.n && isSameSide(later, request)) ?? []
      const seconds = again ? askedOf(again) : null
      if (minimum !== null && again && seconds !== null && seconds < minimum)
        add(
          [refused, again],
          `${senderOf(facts, again)} asks for a session timer of ${seconds} s, although the 422 of ${who} demanded ` +
            `${minimum} s at least.`,
          senderOf(facts, again),
        )
    }
  }
  const ok = responses.find(isOk)
  const granted = ok ? askedOf(ok) : null
  const demanded = minSeOf(request.message)
  if (ok && granted !== null && granted < Math.max(leastS, demanded ?? 0)) {
    const who = senderOf(facts, ok)
    const below = demanded !== null && granted < demanded
    add(
      [request, ok],
      `The 2xx of ${who} sets a session timer of ${granted} s, ` +
        `${below ? `although at least ${demanded} s were demanded` : `and ${leastS} s is the least that may be`}.`,
      who,
      below ? 'warning' : 'info',
    )
  }
  return found
}

/** RFC 4028 10: the side that does not refresh gives up so long before the end of the interval. */
const marginS = (seconds: number) => Math.min(32, seconds / 3)

function ranOut(facts: CallFacts, pairs: ReturnType<typeof timed>): Found[] {
  const [request, responses] = pairs.findLast(([, list]) => list.some(isOk)) ?? []
  const ok = responses?.find(isOk)
  const granted = ok && sessionExpiresOf(ok.message)
  if (!request || !ok || !granted || granted.seconds < 1) return []
  const deadline = ok.event.at + (granted.seconds - marginS(granted.seconds)) * 1e6
  if (facts.seenUntil < deadline - 500_000) return []
  const refresher = granted.refresher && senderOf(facts, granted.refresher === 'uac' ? request : ok)
  const [tried, answers] = pairs.find(([later]) => later.n > ok.n) ?? []
  // Without its response nobody can tell what became of it, unless it was sent in vain.
  const inVain = tried && repeatsOf(facts, tried).length > 0
  if (answers?.length === 0 && !inVain && facts.vantage === 'observed') return []
  const { bye } = facts
  const ended = bye && bye.event.at >= deadline - 1e6 ? `, and ${senderOf(facts, bye)} ended the call` : ''
  return [
    {
      severity: 'warning',
      at: deadline,
      evidence: [request, ok, tried, ended ? bye : null, ...observed(facts, 'session-timer')],
      sentence:
        `The session timer of ${granted.seconds} s ran out: ` +
        (tried
          ? `the ${messageName(tried)} of ${senderOf(facts, tried)} that should refresh it had no success`
          : `${refresher ?? 'whoever should (nobody is named as refresher)'} sent no re-INVITE or UPDATE`) +
        `${ended}.`,
      next: tried
        ? 'Find out why the refresh was refused or not answered: where it went, and who should have had it.'
        : `Check why ${refresher ?? 'neither side'} does not refresh: it is due at half the interval (RFC 4028 7.2), ` +
          'and an element on the way may lose it.',
    },
  ]
}

function isSameSide(one: RequestFact, other: RequestFact): boolean {
  return one.fromUs === other.fromUs && messageIds(one.message).fromTag === messageIds(other.message).fromTag
}
