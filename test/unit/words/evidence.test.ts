import { expect, it } from 'vitest'
import { evidenceTexts } from '../../../shared/words/evidence.ts'

const texts = (...args: Parameters<typeof evidenceTexts>) => evidenceTexts(...args).map(({ text }) => text)

it('evidence is read as ranges, each thing once', () => {
  const messages = [4, 0, 1, 2, 4, 6].map((message) => ({ message }))
  expect(texts([...messages, { stream: 0 }, { stream: 1 }, { observation: 'it was late' }], 'Said.')).toEqual([
    'messages 1–3',
    'message 5',
    'message 7',
    'streams 1–2',
    '"it was late"',
  ])
})

it('an observation that the sentence repeats is no further evidence', () =>
  expect(texts([{ observation: 'no route' }], 'No audio is sent: no route.')).toEqual([]))

it('nothing hidden stands in what was observed', () =>
  expect(texts([{ observation: 'a\u202eb' }], '')).toEqual(['"a‹U+202E›b"']))
