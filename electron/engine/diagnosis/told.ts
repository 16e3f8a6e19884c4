import type { CallFacts } from '../../../shared/model/facts.ts'
import type { Remedy } from '../../../shared/model/remedies.ts'
import type { Change } from '../../../shared/contract/change.ts'
import { elide, visible } from '../../../shared/base/text.ts'
import { momentWords, readRefusal, sourceOf, type Reading } from './refusal.ts'
import { namedChange } from './named-change.ts'
import { changeNamedBy, peerName, statusText, type FinalResponse, type Found } from './rule.ts'

/**
 * What a rule found of a refusal, in the words of who refused, where they say more than the status: cause, remedy,
 * source and date, and what of the call they name. `beside`: what belongs to it of the call.
 */
export function told(facts: CallFacts, final: FinalResponse, found: Found, beside = ''): Found {
  const { reading, hint, unknown } = readRefusal(facts)
  const base = withNamed(facts, final, reading ? inTheirWords(facts, final, found, reading, beside) : found)
  const code = unknown
    ? ` It says ${elide(visible(unknown.words), 200)}: a code of ${unknown.provider.name} that is not known here ` +
      `(${dated(sourceOf(unknown.provider, undefined))}).`
    : ''
  const advice = hint && !reading ? ` ${likely(hint)}` : ''
  return { ...base, sentence: `${base.sentence}${code}`, next: `${base.next}${advice}` }
}

/** With the one thing to change that the refusal names, where its provider's documents name none. */
function withNamed(facts: CallFacts, final: FinalResponse, found: Found): Found {
  const named = found.source && found.change ? null : namedChange(facts, final)
  if (!named || JSON.stringify(named.change) === JSON.stringify(changeNamedBy(found))) return found
  const { change, next } = named
  return { ...found, change, next: found.source ? `${found.next} ${next}` : next, remedy: remedyFor(change) }
}

function inTheirWords(facts: CallFacts, final: FinalResponse, found: Found, reading: Reading, beside: string): Found {
  const { cause, next, change, words, source } = reading
  const who = source ? `${words}, as ${source.provider} writes it: ${dated(source)}` : words
  const own: Partial<Found> = source
    ? { change, remedy: remedyFor(change), source }
    : { change: found.change, remedy: found.remedy }
  return {
    ...found,
    sentence:
      `${peerName(facts)} refused the call with ${statusText(final)}${momentWords(facts, final)}${beside}: ` +
      `${cause} (${who}).`,
    next: next ?? found.next,
    ...own,
  }
}

const dated = ({ source, asOf }: { readonly source: string; readonly asOf: string }) => `${source}, read ${asOf}`

function likely({ cause, next, source }: Reading): string {
  return `If the other side is ${source!.provider}, it says that ${cause} (${dated(source!)}): ${next}`
}

function remedyFor(change: Change | undefined): Remedy | undefined {
  if (change?.what === 'transport') return { code: 'choose-transport', transport: change.to }
  if (change?.what === 'encryption' && change.to !== 'allowed' && change.to !== 'dtls')
    return { code: 'choose-encryption', encryption: change.to }
  if (change?.what === 'caller-id') return { code: 'set-caller' }
  return undefined
}
