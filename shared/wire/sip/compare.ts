import type { SipMessage } from './message.ts'
import { eachLine } from '../../base/scan.ts'
import { decodeText } from '../../base/text.ts'

/** One line that differs; null where the other message has none. */
export interface Difference {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
}

/** How a message differs from another of its kind: header fields by name in order, then the lines of the body. */
export function compareMessages(before: SipMessage, after: SipMessage): Difference[] {
  const names = new Map([...before.headers, ...after.headers].map(({ key, name }) => [key, name]))
  const values = (message: SipMessage) =>
    grouped(
      message.headers,
      ({ key }) => key,
      ({ value }) => value,
    )
  const [old, fresh] = [values(before), values(after)]
  const differences = [...names].flatMap(([key, name]) => pairs(name, old.get(key), fresh.get(key)))
  return [...differences, ...linePairs(linesOf(before), linesOf(after))]
}

function linesOf(message: SipMessage): string[] {
  const lines: string[] = []
  eachLine(decodeText(message.body), (line) => void (line !== '' && lines.push(line)))
  return lines
}

function grouped<T>(items: readonly T[], key: (item: T) => string, value: (item: T) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(value(item))
    else groups.set(key(item), [value(item)])
  }
  return groups
}

function pairs(name: string, before: readonly string[] = [], after: readonly string[] = []): Difference[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => ({
    name,
    before: before[i] ?? null,
    after: after[i] ?? null,
  })).filter((pair) => pair.before !== pair.after)
}

/** Body lines that only one of them has; those of one type (`m=`, `a=rtpmap`) side by side. */
function linePairs(before: readonly string[], after: readonly string[]): Difference[] {
  const [old, fresh] = [new Set(before), new Set(after)]
  const gone = grouped(
    before.filter((line) => !fresh.has(line)),
    typeOf,
    (line) => line,
  )
  const come = grouped(
    after.filter((line) => !old.has(line)),
    typeOf,
    (line) => line,
  )
  return [...new Set([...gone.keys(), ...come.keys()])].flatMap((name) => pairs(name, gone.get(name), come.get(name)))
}

const typeOf = (line: string) => /^(?:a=[\w-]+|\w=)/.exec(line)?.[0] ?? 'body'
