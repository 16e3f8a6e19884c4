import { statuses, type Status } from './status-table.ts'

/** Those whose class is all that is known of them. */
const classes: readonly Omit<Status, 'phrase'>[] = [
  { meaning: 'A status outside 100 to 699.' },
  { meaning: 'Provisional: the request goes on.' },
  { meaning: 'The request succeeded.' },
  { meaning: 'The callee is to be tried elsewhere.', refusedBy: 'routing' },
  {
    meaning: 'Refused: this request cannot succeed here as it is.',
    refusedBy: 'provider',
    because: 'the request was not accepted',
    next: 'Read the reason phrase and the Warning header of the response.',
  },
  {
    meaning: 'The server failed.',
    refusedBy: 'provider',
    because: 'the other side has a fault of its own',
    next: 'Give the provider the Call-ID and the time of this call.',
  },
  {
    meaning: 'Refused everywhere.',
    refusedBy: 'provider',
    because: 'the request is refused everywhere',
    next: 'Give the provider the Call-ID and the time of this call.',
  },
]

/** What is known of a status code, by itself or by its class (RFC 3261 8.1.3.2: an unknown one is treated as x00). */
export function statusOf(code: number): Status {
  const known = statuses[code]
  const ofClass = classes[Math.floor(code / 100)] ?? classes[0]!
  return {
    phrase: reasonPhrase(code),
    ...ofClass,
    ...(known && code >= 400 && { because: clauseOf(known.meaning) }),
    ...known,
  }
}

/** A sentence as the rest of another. */
const clauseOf = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '')

/** The reason phrase, used where we answer ourselves. */
export function reasonPhrase(code: number): string {
  return (statuses[code] ?? statuses[Math.floor(code / 100) * 100])?.phrase ?? 'Unknown'
}
