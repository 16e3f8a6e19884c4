import { visible } from '../base/text.ts'

/** What a finding rests on: one of a message, a stream or an observation, as reports number them. */
interface Evidence {
  readonly message?: number | undefined
  readonly stream?: number | undefined
  readonly observation?: string | undefined
}

/** A piece of evidence as it is read; `message`: where it begins in the ladder. */
export interface EvidenceText {
  readonly text: string
  readonly message: number | null
  /** Where it begins among the streams. */
  readonly stream: number | null
}

/**
 * Evidence as a person reads it: `messages 1–7`, `stream 2`, then what was observed, unless the sentence of the finding
 * says the same already.
 */
export function evidenceTexts(evidence: readonly Evidence[], sentence: string): EvidenceText[] {
  const numbers = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined)
  const observations = evidence.map(({ observation }) => observation).filter((text) => text !== undefined)
  return [
    ...ranges(numbers(evidence.map(({ message }) => message))).map(([from, to]) => ({
      text: named('message', from, to),
      message: from,
      stream: null,
    })),
    ...ranges(numbers(evidence.map(({ stream }) => stream))).map(([from, to]) => ({
      text: named('stream', from, to),
      message: null,
      stream: from,
    })),
    ...[...new Set(observations)]
      .filter((text) => !sentence.toLowerCase().includes(text.toLowerCase()))
      .map((text) => ({ text: `"${visible(text)}"`, message: null, stream: null })),
  ]
}

const named = (noun: string, from: number, to: number) =>
  from === to ? `${noun} ${from + 1}` : `${noun}s ${from + 1}–${to + 1}`

/** Numbers that follow each other as one range, in their order. */
function ranges(numbers: readonly number[]): [from: number, to: number][] {
  const found: [number, number][] = []
  for (const n of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last && last[1] === n - 1) last[1] = n
    else found.push([n, n])
  }
  return found
}
