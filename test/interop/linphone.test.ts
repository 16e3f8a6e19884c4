import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startLinphone } from '../harness/linphone.ts'
import { agentReports, callReport, startAgent } from '../harness/process.ts'
import { channelOf, heardIn, toneInside } from '../harness/tone-files.ts'

const keep = keepRunning('SIGKILL')
let folder = ''

afterEach(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
  folder = ''
})

const ringTo = (port: number, ...more: string[]) =>
  callReport(['call', `sip:linphone@127.0.0.1:${port}`, '--send', 'tone:1000', ...more])

describe.skipIf(!findPeer('linphonec'))('linphone', () => {
  it.each([
    ['in clear', { encryption: 'none' }, 'disabled', 'none'],
    ['with SDES-SRTP required on both sides', { encryption: 'srtp', mandatory: true }, 'required', 'sdes'],
  ] as const)('is called and hears our tone, we hear its sine, %s', async (_name, settings, mode, agreed) => {
    const linphone = await keep(startLinphone(settings))
    folder = mkdtempSync(join(tmpdir(), 'ringback-rec-'))
    const recording = join(folder, 'call.wav')
    const { code, report } = await ringTo(
      linphone.port,
      ...['--duration', '3', '--record', recording, '--encryption', mode],
    )
    expect(report.verdict).toMatchObject({ kind: 'two-way-audio' })
    expect([code, report.media.at(-1)!.encryption]).toEqual([0, agreed])
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    for (const stream of report.streams) {
      expect(stream.packets).toBeGreaterThan(120)
      expect(stream.lost).toBe(0)
    }
    expect(toneInside(channelOf(recording, 1), 440)).toBeGreaterThan(0.9)
    await linphone.until(/ended \(No error\)/)
    expect(toneInside(heardIn(linphone.heard), 1000)).toBeGreaterThan(0.9)
  })

  it('calls our agent over SRTP and hears its tone; the agent records the sine', async () => {
    folder = mkdtempSync(join(tmpdir(), 'ringback-rec-'))
    const agent = await keep(startAgent(['--answer', 'tone:1000', '--record', folder]))
    const linphone = await keep(startLinphone({ encryption: 'srtp', mandatory: true }))
    linphone.type(`call sip:agent@127.0.0.1:${agent.port}`)
    await linphone.until(/Media streams established/)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    linphone.type('terminate')
    await agent.until(/"type":"call"/)
    const [report] = agentReports(agent)
    expect(report).toMatchObject({ outcome: 'answered', verdict: { kind: 'two-way-audio' } })
    expect(report!.media.at(-1)!.encryption).toBe('sdes')
    await linphone.until(/ended \(No error\)/)
    expect(toneInside(heardIn(linphone.heard), 1000)).toBeGreaterThan(0.9)
    await agent.stop('SIGINT')
    expect(toneInside(channelOf(join(folder, readdirSync(folder)[0]!), 1), 440)).toBeGreaterThan(0.9)
  })

  it.each(['AES_CM_128_HMAC_SHA1_32', 'AES_256_CM_HMAC_SHA1_80', 'AES_256_CM_HMAC_SHA1_32'])(
    'speaks %s with us',
    async (suite) => {
      const linphone = await keep(startLinphone({ encryption: 'srtp', mandatory: true }))
      const required = ['--encryption', 'required', '--srtp-suites', suite]
      const { code, report } = await ringTo(linphone.port, '--duration', '3', ...required)
      expect([code, report.verdict.kind, report.media.at(-1)!.encryption]).toEqual([0, 'two-way-audio', 'sdes'])
    },
  )

  it('insists on SRTP, refuses encryption in one line, and takes the two that are offered then', async () => {
    const linphone = await keep(startLinphone({ encryption: 'srtp', mandatory: true }))
    const { code, report } = await ringTo(linphone.port, '--encryption', 'allowed', '--duration', '2')
    expect(report.messages.some(({ startLine }) => startLine.startsWith('SIP/2.0 488'))).toBe(true)
    expect([code, report.verdict.kind, report.media.at(-1)!.encryption]).toEqual([0, 'two-way-audio', 'sdes'])
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
  })

  it('prefers SRTP and takes encryption that is left open for clear: that is said', async () => {
    const linphone = await keep(startLinphone({ encryption: 'srtp' }))
    const { code, report } = await ringTo(linphone.port, '--encryption', 'allowed', '--duration', '2')
    expect([code, report.media.at(-1)!.encryption]).toEqual([0, 'none'])
    expect(report.findings.map(({ rule }) => rule)).toEqual(['media-in-clear'])
  })

  it('that is killed in the middle of a call is missed: a fault, with the time', async () => {
    const linphone = await keep(startLinphone())
    const called = ringTo(linphone.port, '--duration', '7')
    await linphone.until(/Media streams established/)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    linphone.child.kill('SIGKILL')
    const { code, report } = await called
    expect(code).toBe(1)
    expect(report.findings[0]).toMatchObject({ rule: 'audio-stops', sentence: expect.stringMatching(/\d s/) })
    expect(report.observations.map(({ kind }) => kind)).toContain('bye-unanswered')
  })
})
