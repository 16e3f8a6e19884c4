import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { CallReport } from '../../shared/contract/report.ts'
import { Engines, callAndWait, over, until } from '../harness/engines.ts'
import { keepRunning } from '../harness/kept.ts'
import { talking } from '../harness/tone-files.ts'
import { agentReports, callReport, ringback, startAgent } from '../harness/process.ts'

const engines = new Engines()
afterEach(() => engines.close())
const keep = keepRunning('SIGTERM')
const folder = mkdtempSync(join(tmpdir(), 'ringback-script-'))
afterAll(() => rmSync(folder, { recursive: true }))

const script = (name: string, ...lines: readonly string[]) => {
  const file = join(folder, name)
  writeFileSync(file, lines.join('\n'))
  return file
}
const failures = ({ observations }: CallReport) =>
  observations.filter(({ kind }) => kind === 'script-failed').map(({ text }) => text)

describe('a script of a call', () => {
  it('waits for the peer, speaks, dials, holds, and ends the call', { timeout: 60_000 }, async () => {
    talking(join(folder, 'ours.wav'), 0, 600)
    const agent = await keep(startAgent(['--answer', talking(join(folder, 'theirs.wav'), 500, 700, 5000)]))
    const { report, code } = await callReport([
      ...['call', `sip:x@127.0.0.1:${agent.port}`, '--script'],
      script(
        'talk.txt',
        ...['wait for speech timeout 10s', 'wait for silence 300ms', 'play ours.wav', 'dtmf 12', 'hold', 'resume'],
        ...['wait 100ms', 'hang up'],
      ),
    ])
    expect(failures(report)).toEqual([])
    expect([code, report.timeline.endedBy]).toEqual([0, 'us'])
    const ours = report.streams.find(({ toPeer }) => toPeer === true)!
    expect(ours.level!.meanDbfs).toBeGreaterThan(-30)
    expect(report.messages.filter(({ startLine }) => startLine.startsWith('INVITE'))).toHaveLength(3)
    await expect.poll(() => agentReports(agent)).toHaveLength(1)
    const digits = agentReports(agent)[0]!.observations.filter(({ kind }) => kind === 'digit-received')
    expect(digits.map(({ value }) => value)).toEqual(['1', '2'])
    // What it said came after what it heard.
    expect(report.timeline.durationMs).toBeGreaterThan(500 + 700 + 300 + 600)
  })

  it('that waits in vain says at which line, ends the call, and is a fault', { timeout: 60_000 }, async () => {
    const agent = await keep(startAgent(['--answer', 'silence']))
    const { report, code } = await callReport([
      ...['call', `sip:x@127.0.0.1:${agent.port}`, '--script'],
      script('vain.txt', '# nobody is there', 'wait 100ms', 'wait for speech timeout 500ms', 'dtmf 1'),
    ])
    expect(failures(report)).toEqual(['line 3 of the script (wait for speech): nobody spoke within 0.5 s'])
    expect(report.findings.map(({ rule }) => rule)).toContain('script-failed')
    expect([code, report.timeline.endedBy]).toEqual([1, 'us'])
  })

  it('fails where the peer never falls silent', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'tone', hz: 440 } } })
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      script: [{ kind: 'wait-for-silence', ms: 1000, timeoutMs: 1000 }],
    })
    expect(failures(report)).toEqual(['the script (wait for silence): it was not silent for 1 s within 1 s'])
  })

  it(
    'is cut short by a peer that hangs up: what was left undone is a fault, a wait is none',
    { timeout: 60_000 },
    async () => {
      for (const [steps, left] of [
        [
          [
            { kind: 'wait', ms: 60_000 },
            { kind: 'dtmf', digits: '1' },
          ],
          ['the script (dtmf): the call ended before it was done'],
        ],
        [[{ kind: 'wait', ms: 60_000 }, { kind: 'hangup' }], []],
      ] as const) {
        const agent = await engines.agent()
        const phone = engines.open()
        const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}`, script: [...steps] })
        await until(phone, id, ({ timeline }) => timeline.answeredAt !== null)
        await agent.engine.execute('agent.stop', { id: agent.id })
        expect(failures(await until(phone, id, over))).toEqual(left)
      }
    },
  )

  it('with a line that is none, or a sound that is not there, is refused before anything is sent', async () => {
    for (const [file, code, said] of [
      [script('odd.txt', 'hold', 'sing'), 2, /odd\.txt line 2: "sing" is no action/],
      [script('gone.txt', 'play gone.wav'), 3, /line 1 of the script \(play\): cannot read .*gone\.wav/],
    ] as const) {
      const call = await ringback(['call', 'sip:x@127.0.0.1:9', '--script', file]).finished
      expect([call.code, call.stderr]).toEqual([code, expect.stringMatching(said)])
      expect(call.stdout).not.toContain('INVITE')
    }
  })
})
