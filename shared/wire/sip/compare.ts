import type { SipMessage } from './message.ts'
import { decodeText } from '../../base/text.ts'

/** One line that differs; null where the other message has none. */
export interface Difference {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
}

/** How a message differs from another of its kind: header fields by name in order, then the lines of the body. */
export function compareMessages(before: SipMessage, after: SipMessage): Difference[] {
  const names = [...new Map([...before.headers, ...after.headers].map(({ key, name }) => [key, name]))]
  const values = (message: SipMessage, key: string) => message.headers.filter((header) => header.key === key).map(({ value }) => value)
  const differences = names.flatMap(([key, name]) => pairs(name, values(before, key), values(after, key)))
  const lines = (message: SipMessage) => decodeText(message.body).split(/\r?\n/).filter(Boolean)
  return [...differences, ...linePairs(lines(before), lines(after))]
}

function pairs(name: string, before: readonly string[], after: readonly string[]): Difference[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => ({ name, before: before[i] ?? null, after: after[i] ?? null })).filter((pair) => pair.before !== pair.after)
}

/** Body lines that only one of them has; those of one type (`m=`, `a=rtpmap`) side by side. */
function linePairs(before: readonly string[], after: readonly string[]): Difference[] {
  const gone = before.filter((line) => !after.includes(line))
  const come = after.filter((line) => !before.includes(line))
  const type = (line: string) => /^a=[\w-]+|^\w=/.exec(line)?.[0] ?? 'body'
  return [...new Set([...gone, ...come].map(type))].flatMap((name) => pairs(name, gone.filter((line) => type(line) === name), come.filter((line) => type(line) === name)))
}
