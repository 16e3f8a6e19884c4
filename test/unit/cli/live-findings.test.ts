import { describe, expect, it } from 'vitest'
import { LiveFindings } from '../../../electron/cli/live-findings.ts'
import { Paint } from '../../../electron/cli/terminal.ts'
import type { CallReport, Finding } from '../../../shared/contract/report.ts'
import { pastCall } from '../../harness/past-calls.ts'

const at = '2026-01-01T00:00:02.000000Z'
const finding = (rule: string, severity: Finding['severity'], sentence: string): Finding => ({
  ...{ rule, severity, sentence, at },
  ...{ evidence: [], next: 'Look.' },
})

function call(findings: readonly Finding[], endedAt: string | null = null): CallReport {
  const report = pastCall('x')
  return { ...report, findings: [...findings], timeline: { ...report.timeline, endedAt } }
}

describe('what is found of a call while it goes on', () => {
  const live = () => new LiveFindings(new Paint({ color: false }))

  it('is told once for each rule, however its words change, and when it is so no more', () => {
    const news = live()
    const silent = finding('nothing-arrives', 'fault', 'No RTP arrives.')
    expect(news.news(call([]))).toEqual([])
    expect(news.news(call([silent]))).toEqual([{ at, text: '✕ fault: No RTP arrives.' }])
    expect(news.news(call([{ ...silent, sentence: 'No RTP arrives at all.' }]))).toEqual([])
    const lost = finding('connection-lost', 'warning', 'The signalling was cut.')
    expect(news.news(call([lost]))).toEqual([
      { at, text: '! warning: The signalling was cut.' },
      { at: null, text: '✓ no longer: No RTP arrives.' },
    ])
    expect(news.news(call([silent, lost]))).toEqual([])
  })

  it('is no note, and nothing that its summary says', () => {
    expect(live().news(call([finding('nat', 'info', 'There is a NAT.')]))).toEqual([])
    expect(live().news(call([finding('refused-number', 'fault', 'Refused.')], at))).toEqual([])
  })
})
