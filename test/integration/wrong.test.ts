import { describe, expect, it } from 'vitest'
import type { CallReport } from '../../shared/contract/report.ts'
import { wrongNames, wrongs, type Wrong } from '../../shared/model/wrong.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, startAgent } from '../harness/process.ts'

const keep = keepRunning('SIGTERM')

interface Expected {
  /** The rules that speak, the first for it. */
  readonly rules: readonly string[]
  readonly verdict: CallReport['verdict']['kind']
  readonly code: number
  readonly options?: readonly string[]
}

const heard = { verdict: 'two-way-audio', code: 0 } as const
const expected: Readonly<Record<Wrong, Expected>> = {
  'bye-481': { rules: ['bye-unanswered'], ...heard },
  'bye-unanswered': { rules: ['bye-unanswered'], ...heard },
  'only-183': {
    rules: ['ring-timeout', 'cancel-ignored'],
    verdict: 'not-answered',
    code: 1,
    options: ['--ring-timeout', '2'],
  },
  // It can be used: that it is wrong stands at the message.
  'no-content-type': { rules: [], ...heard },
  'no-contact': { rules: ['dialog-incomplete'], ...heard },
  'no-to-tag': { rules: ['dialog-incomplete', 'bye-unanswered'], ...heard },
  'illegal-answer': { rules: ['refused-media', 'illegal-answer', 'bye-reason'], verdict: 'not-answered', code: 1 },
  'illegal-hold': {
    rules: ['illegal-answer'],
    verdict: 'unknown',
    code: 0,
    options: ['--at', '500ms:hold'],
  },
}

describe('an agent that does wrong on purpose', () => {
  it.each(wrongNames)('%s: the caller says so and goes on', { timeout: 60_000 }, async (wrong) => {
    const agent = await keep(startAgent(['--wrong', wrong, '--answer', 'tone']))
    expect(agent.stderr).toContain(`wrong on purpose: ${wrongs[wrong]}`)
    const { rules, verdict, code, options = [] } = expected[wrong]
    const { report, code: ended } = await callReport([
      ...['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '2'],
      ...options,
    ])
    expect(report.findings.map(({ rule }) => rule)).toEqual(rules)
    expect([report.verdict.kind, ended]).toEqual([verdict, code])
    const said = report.messages.some(({ problems }) => problems.some((text) => text.includes('no Content-Type')))
    expect(said).toBe(wrong === 'no-content-type')
  })

  it('shows it in the report of each of its calls', async () => {
    const agent = await keep(startAgent(['--wrong', 'bye-481,no-contact']))
    await callReport(['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '1'])
    await expect.poll(() => agentReports(agent).length).toBe(1)
    const [report] = agentReports(agent)
    expect(report!.observations.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['bye-481', 'no-contact'].map((name) => `wrong on purpose: ${wrongs[name as Wrong]}`)),
    )
    expect(report!.messages.map(({ startLine }) => startLine)).toContain('SIP/2.0 481 Call/Transaction Does Not Exist')
  })
})
