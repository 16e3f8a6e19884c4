import { describe, expect, it } from 'vitest'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, ringback, startAgent } from '../harness/process.ts'

const keep = keepRunning('SIGTERM')

describe.skipIf(!findPeer('espeak-ng'))('a text that is spoken by espeak-ng', () => {
  it.each([
    ['G722', ['--say', 'I would like to book a table for two, please.']],
    ['PCMU', ['--send', 'say:I would like to book a table for two, please.']],
  ])('is heard at the other end in %s', async (codec, say) => {
    const agent = await keep(startAgent(['--codecs', codec, '--answer', 'say:Welcome. How can I help you?']))
    const { report, code } = await callReport([
      ...['call', `sip:x@127.0.0.1:${agent.port}`, '--codecs', codec, '--duration', '3'],
      ...say,
    ])
    expect(code).toBe(0)
    expect(report.verdict.kind).toBe('two-way-audio')
    for (const { level } of report.streams) expect(level!.meanDbfs).toBeGreaterThan(-40)
    expect(report.placed!.source).toEqual({ kind: 'speech', text: 'I would like to book a table for two, please.' })
    await expect
      .poll(() => agentReports(agent)[0]?.streams.find(({ toPeer }) => !toPeer)?.level?.meanDbfs)
      .toBeGreaterThan(-40)
  })
})

describe('a text that cannot be spoken', () => {
  it('is said before anything is sent: no program is there', async () => {
    const { code, stderr } = await ringback(['call', 'sip:x@127.0.0.1:9', '--say', 'hello'], { PATH: '/none' }).finished
    expect([code, stderr]).toEqual([3, expect.stringMatching(/no program that speaks .*install espeak-ng/)])
  })

  it.each([
    ['without words', ['--say', ' ... '], /give a text with words, of at most 2000 characters/],
    ['too long', ['--say', 'x'.repeat(2001)], /give a text with words/],
    ['empty', ['--send', 'say:'], /give a text with words/],
    ['beside another source', ['--say', 'hello', '--send', 'tone'], /--say.*--send/],
  ])('%s is wrong usage', async (_what, options, text) => {
    const { code, stderr } = await ringback(['call', 'sip:x@127.0.0.1:9', ...options]).finished
    expect([code, stderr]).toEqual([2, expect.stringMatching(text)])
  })
})
