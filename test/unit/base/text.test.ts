import { describe, expect, it } from 'vitest'
import { elide, remembering, visible } from '../../../shared/base/text.ts'

describe('a reader that remembers', () => {
  it('reads a text once as long as it is among the last few, and never gives what another one says', () => {
    const reads: string[] = []
    const lengthOf = remembering((text) => {
      reads.push(text)
      return { text }
    })
    for (const text of ['a', 'b', 'a', 'b', 'a']) expect(lengthOf(text)).toEqual({ text })
    expect(reads).toEqual(['a', 'b'])
    for (let i = 0; i < 200; i++) expect(lengthOf(`other ${i}`).text).toBe(`other ${i}`)
    expect(lengthOf('a').text).toBe('a')
    expect(reads).toHaveLength(203)
  })

  it('remembers what cannot be read as well', () => {
    let times = 0
    const nothing = remembering(() => {
      times++
      return null
    })
    expect([nothing('x'), nothing('x')]).toEqual([null, null])
    expect(times).toBe(1)
  })
})

describe('text from outside', () => {
  const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}'

  it('keeps an emoji of seven code points whole, and shows a joiner that joins none', () => {
    expect(Array.from(family)).toHaveLength(7)
    expect(visible(`a ${family} b`)).toBe(`a ${family} b`)
    expect(visible('\u{1f44b}\u{1f3fd}\u200d\u2642\ufe0f')).not.toContain('‹')
    expect(visible('a\u200db')).toBe('a‹U+200D›b')
    expect(visible('\u{1f468}\u200d')).toBe('\u{1f468}‹U+200D›')
    expect(visible('\u200d\u{1f468}')).toBe('‹U+200D›\u{1f468}')
  })

  it('is shortened in the middle, with both ends, and cuts no emoji in two', () => {
    expect(elide('abcdefghij', 5)).toBe('ab…ij')
    expect(elide(family.repeat(9), 5)).toBe(`${family.repeat(2)}…${family.repeat(2)}`)
    expect(elide(family, 5)).toBe(family)
    for (const text of [`${'م'.repeat(40)}@host`, `a${family.repeat(400)}z`, `${'x'.repeat(511)}${family.repeat(99)}`])
      for (let width = 2; width < 30; width++) {
        const short = elide(text, width)
        expect(short.isWellFormed()).toBe(true)
        expect(short).toContain('…')
      }
  })

  it('stays short where marks are piled up on its characters', () => {
    expect(elide(`a${'\u0301'.repeat(50_000)}`, 40).length).toBeLessThanOrEqual(2 * 16)
    expect(elide(`${`e${'\u0301'.repeat(900)}`.repeat(60)}`, 40).length).toBeLessThanOrEqual(41 * 16)
  })

  it('shows Arabic as it is, and marks of direction by their names', () => {
    expect(visible('مساعد')).toBe('مساعد')
    expect(visible('\u200fمساعد\u061c')).toBe('‹U+200F›مساعد‹U+061C›')
  })
})
