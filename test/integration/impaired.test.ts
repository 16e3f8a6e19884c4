import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { CallReport, Stream } from '../../shared/contract/report.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, ringback, startAgent } from '../harness/process.ts'

const engines = new Engines()
afterEach(() => engines.close())
const keep = keepRunning('SIGTERM')

const rulesOf = ({ findings }: CallReport) => findings.map(({ rule }) => rule)
const fromPeer = ({ streams }: CallReport): Stream => streams.find(({ toPeer }) => toPeer === false)!

/** What the other end makes of each impairment: the rule, or the figure, that stands for it. */
const recognised: readonly (readonly [impairment: string, seconds: number, seen: (report: CallReport) => void])[] = [
  ['loss=20%', 4, (report) => expect(rulesOf(report)).toContain('packet-loss')],
  ['burst=20%x4', 4, (report) => expect(rulesOf(report)).toContain('packet-loss')],
  [
    'delay=200ms',
    4,
    ({ streams }) => expect(Math.max(...streams.map(({ rtcp }) => rtcp?.roundTripMs ?? 0))).toBeGreaterThanOrEqual(200),
  ],
  ['jitter=30ms', 2, (report) => expect(fromPeer(report).meanJitterMs).toBeGreaterThan(7)],
  ['reorder=20%', 2, (report) => expect(fromPeer(report).outOfOrder).toBeGreaterThan(0)],
  ['duplicate=20%', 2, (report) => expect(fromPeer(report).duplicates).toBeGreaterThan(0)],
  ['mute=1s', 5, (report) => expect(rulesOf(report)).toContain('audio-stops')],
  ['payload-type=96', 3, (report) => expect(rulesOf(report)).toContain('wrong-payload-type')],
  ['late=3500ms', 5, (report) => expect(rulesOf(report)).toContain('late-audio')],
  ['ssrc=1s', 3, ({ streams }) => expect(streams.filter(({ toPeer }) => toPeer === false)).toHaveLength(2)],
  ['ssrc-jump=1s', 3, ({ streams }) => expect(streams.filter(({ toPeer }) => toPeer === false)).toHaveLength(2)],
  ['dtmf-no-marker', 2, (report) => expect(rulesOf(report)).toContain('digits-malformed')],
  ['dtmf-one-end', 2, (report) => expect(rulesOf(report)).toContain('digits-malformed')],
]

describe('a call that is impaired on purpose', () => {
  it.each(recognised)('%s is recognised at the other end', async (impairment, seconds, seen) => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'tone', hz: 440 } } })
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      source: { kind: 'tone', hz: 500 },
      impairments: [impairment],
      dtmf: '5',
      durationMs: seconds * 1000,
    })
    await expect.poll(() => agent.ended.length).toBe(1)
    seen(agent.ended[0]!)
    expect(agent.ended[0]!.impairments).toBeUndefined()
    expect(report.impairments).toEqual([impairment])
    expect(rulesOf(report)).toContain('impaired')
    expect(rulesOf(report)).not.toContain('packet-loss')
  })

  it('says so on standard error, in the text, in the page and in the command that places it again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-impaired-'))
    try {
      const agent = await keep(startAgent(['--impair', 'duplicate=5%', '--answer', 'tone']))
      expect(agent.stderr).toContain('impaired on purpose: duplicate=5%: that share of the packets leaves twice')
      const page = join(folder, 'call.html')
      const args = ['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '1', '--impair', 'loss=5%, delay=20ms']
      const call = await ringback([...args, '--report', page]).finished
      const said = 'impaired on purpose: loss=5%: each packet is lost with that chance'
      expect(call.stderr).toContain(said)
      expect(call.stdout).toContain(`! ${said}`)
      expect(readFileSync(page, 'utf8')).toContain('<strong>Impaired on purpose</strong>: loss=5%: each packet')
      await expect.poll(() => agentReports(agent)[0]?.impairments).toEqual(['duplicate=5%'])
      const { report } = await callReport([...args.slice(0, 4), '--impair', 'loss=5%', '--impair', 'late=200ms'])
      expect(report.placed!.impairments).toEqual(['loss=5%', 'late=200ms'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is refused before anything is sent where an impairment is none', async () => {
    const { code, stderr } = await ringback(['call', 'sip:x@127.0.0.1:9', '--impair', 'loss=5%,delay=80']).finished
    expect(code).toBe(2)
    expect(stderr).toMatch(/"delay=80" cannot be read: write it like delay=80ms/)
  })
})
