import { describe, expect, it } from 'vitest'
import { remembering } from '../../../shared/base/text.ts'

describe('a reader that remembers', () => {
  it('reads a text once as long as it is among the last few, and never gives what another one says', () => {
    const reads: string[] = []
    const lengthOf = remembering((text) => {
      reads.push(text)
      return { text }
    })
    for (const text of ['a', 'b', 'a', 'b', 'a']) expect(lengthOf(text)).toEqual({ text })
    expect(reads).toEqual(['a', 'b'])
    for (let i = 0; i < 100; i++) expect(lengthOf(`other ${i}`).text).toBe(`other ${i}`)
    expect(lengthOf('a').text).toBe('a')
    expect(reads).toHaveLength(103)
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
