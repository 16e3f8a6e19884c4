import { describe, expect, it } from 'vitest'
import { reasonPhrase, statusOf } from '../../../shared/words/statuses.ts'

describe('the table of statuses', () => {
  it('has a phrase, a sentence and, for refusals, someone who refused for every code', () => {
    for (let code = 100; code < 700; code++) {
      const { phrase, meaning, refusedBy, because, next } = statusOf(code)
      expect(phrase).toBe(reasonPhrase(code))
      expect(phrase).not.toBe('')
      expect(meaning).toMatch(/^[A-Z].*\.$/)
      expect(refusedBy === undefined, String(code)).toBe(code < 300)
      expect(because !== undefined && next !== undefined, String(code)).toBe(code >= 400)
      if (because !== undefined) expect(`${because} ${next}`).toMatch(/^[a-z].*\.$|^the SIP/)
    }
  })

  it('takes what it does not know for the first code of its class', () => {
    expect(statusOf(499)).toMatchObject({ phrase: 'Bad Request', refusedBy: 'provider' })
    expect(statusOf(699).phrase).toBe('Busy Everywhere')
    expect(statusOf(700).phrase).toBe('Unknown')
    expect(statusOf(499)).not.toHaveProperty('registering')
  })

  it('says of which refusals a registration is not tried again, and which mean that none is taken', () => {
    const codes = (registering: 'final' | 'none') =>
      Array.from({ length: 600 }, (_, i) => i + 100).filter((code) => statusOf(code).registering === registering)
    expect(codes('final')).toEqual([400, 401, 403, 407, 416, 420, 505])
    expect(codes('none')).toEqual([404, 405, 501])
  })
})
