import { visible } from '../../../shared/base/text.ts'
import { hitsOf } from './party-parts.ts'

/** A text from outside in which the words of a filter are marked. */
export function Highlighted({ text, words }: { text: string; words: readonly string[] }) {
  const pieces = hitsOf(text, words)
  return <bdi>{pieces.map((piece, i) => (i % 2 === 0 ? visible(piece) : <mark key={i}>{visible(piece)}</mark>))}</bdi>
}
