import { describe, expect, it } from 'vitest'
import { conversationRows } from '../../../shared/shown/conversation.ts'
import { answeredBy, beep, greeting, quiet, speech, type Part } from '../../harness/voicemail-call.ts'

const heard = (parts: readonly Part[]) => answeredBy(parts).findings.filter(({ rule }) => rule === 'voicemail')

describe('voicemail', () => {
  it('is what a long greeting, one beep and silence look like: as information, with the frequency, to 20 ms', () => {
    const report = answeredBy([...greeting, beep(), quiet()])
    expect(report.findings.find(({ rule }) => rule === 'voicemail')).toMatchObject({
      severity: 'info',
      sentence: expect.stringMatching(/a beep of 1000 Hz for 0\.4 s, 6\.1 s after the answer, then silence/),
    })
    const { voicemail } = report.conversation!
    expect(voicemail!.beepHz).toBe(1000)
    expect(Math.abs(voicemail!.beepAtMs - 6100)).toBeLessThanOrEqual(20)
    expect(Math.abs(voicemail!.beepMs - 400)).toBeLessThanOrEqual(20)
    expect(voicemail!.greetingMs).toBeGreaterThan(3500)
    const rows = conversationRows({ ...report, placed: { source: { kind: 'silence' } } as never })
    expect(rows.find(({ name }) => name === 'like voicemail')?.value).toMatch(/beep of 1000 Hz at 6\.1/)
  })

  it('is nothing else: a short hello, a beep that comes again, one that somebody talks behind, a long tone', () => {
    expect(heard([...greeting, beep(0.2, 440), quiet(2)])).toHaveLength(1)
    expect(heard([...greeting, quiet()])).toEqual([])
    expect(heard([speech(2), beep(), quiet()])).toEqual([])
    expect(heard([...greeting, beep(), quiet(1), beep(), quiet()])).toEqual([])
    expect(heard([...greeting, beep(), speech(4)])).toEqual([])
    expect(heard([...greeting, beep(5), quiet()])).toEqual([])
    expect(heard([beep(), quiet(), ...greeting])).toEqual([])
    expect(heard([...greeting, beep(), quiet(1)])).toEqual([])
  })

  it('is not who calls us', () => {
    const parts = [...greeting, beep(), quiet()]
    expect(answeredBy(parts, 'inbound').findings.filter(({ rule }) => rule === 'voicemail')).toEqual([])
  })
})
