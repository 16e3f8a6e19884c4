import type { Step } from './decision.ts'

/** Whether two halves of a configuration, which stand at two providers, agree. */
export interface Pair {
  /** What they are, each a noun. */
  readonly halves: readonly [string, string]
  /** What was compared; `holds` null: that cannot be known from the two. */
  readonly steps: readonly PairStep[]
}

/** `arrived` is what the first says, `wanted` what the second does. */
export interface PairStep extends Step {
  /** What to do where it does not hold, a sentence; null where nothing is to be done. */
  readonly next: string | null
}

/** How two texts differ, for secrets too: neither is shown. A clause; null where they are the same. */
export function difference(a: string, b: string): string | null {
  if (a === b) return null
  if (a === '' || b === '') return 'one of them is empty'
  for (const [one, other, name] of [
    [a, b, 'the first'],
    [b, a, 'the second'],
  ] as const) {
    if (one.trim() === other)
      return `${name} has white space ${one.startsWith(other) ? 'at its end' : 'at its beginning'}`
  }
  if (a.trim() === b.trim()) return 'both have white space around them, and not the same'
  if (a.replace(/\s/g, '') === b.replace(/\s/g, '')) return 'they differ in white space'
  if (a.toLowerCase() === b.toLowerCase()) return 'they differ in capital and small letters'
  if (a.length !== b.length) return `one has ${a.length} characters, the other ${b.length}`
  const [one, other] = [[...a], [...b]]
  const places = one.flatMap((char, i) => (char === other[i] ? [] : [i]))
  return places.length === 1
    ? `they differ in one character, the ${ordinal(places[0]! + 1)}`
    : `they differ in ${places.length} characters`
}

const ordinal = (n: number) =>
  `${n}${n % 100 >= 11 && n % 100 <= 13 ? 'th' : ((['th', 'st', 'nd', 'rd'] as const)[n % 10] ?? 'th')}`

/** A value that is still what the page of a provider shows: `<your_phone_number>`, `your_password`. */
export const isPlaceholder = (text: string): boolean => /^<[^<>]*>$/.test(text.trim()) || /<[^<>@]{1,60}>/.test(text)
