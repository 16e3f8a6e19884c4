import { describe, expect, it } from 'vitest'
import type { CallReport } from '../../shared/contract/report.ts'
import { findPeer } from '../harness/install-peers.ts'
import { JanusGuest, startJanus } from '../harness/janus.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, startAgent } from '../harness/process.ts'
import { WebRtcPage } from '../harness/webrtc-page.ts'

const keep = keepRunning('SIGKILL')

/** Chromium calls our agent by way of Janus for three seconds; what it hears, and what the agent says of the call. */
async function call(srtp: string | null, encryption: string): Promise<{ heardHz: number; report: CallReport }> {
  const janus = await keep(startJanus())
  const agent = await keep(startAgent(['--answer', 'tone:1000', '--encryption', encryption]))
  const guest = await JanusGuest.open(janus.url)
  const page = await WebRtcPage.open()
  try {
    const uri = `sip:agent@127.0.0.1:${agent.port}`
    await guest.ask({ request: 'call', uri, ...(srtp && { srtp }) }, await page.offer(440))
    await page.take((await guest.heard('accepted'))!)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    const heardHz = await page.loudestHz()
    await guest.ask({ request: 'hangup' })
    await agent.until(/"type":"call"/)
    return { heardHz, report: agentReports(agent)[0]! }
  } finally {
    await page.close()
  }
}

describe.skipIf(!findPeer('janus') || !findPeer('chromium'))('Janus, with Chromium behind it', () => {
  it.each([
    ['in clear', null, 'disabled', 'none'],
    ['where it offers SRTP beside', 'sdes_optional', 'allowed', 'sdes'],
    ['where it insists on SRTP', 'sdes_mandatory', 'required', 'sdes'],
  ] as const)('calls our agent and both hear each other, %s', async (_name, srtp, encryption, agreed) => {
    const { heardHz, report } = await call(srtp, encryption)
    expect(heardHz).toBeGreaterThan(980)
    expect(heardHz).toBeLessThan(1020)
    expect([report.verdict.kind, report.media.at(-1)!.encryption]).toEqual(['two-way-audio', agreed])
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    const received = report.streams.find(({ destination }) => destination === report.media.at(-1)!.local)!
    expect([received.packets > 100, received.lost]).toEqual([true, 0])
    expect(received.level!.meanDbfs).toBeGreaterThan(-20)
  })

  it('sends SRTP where it was answered in clear: a fault, and its noise is not called audio', async () => {
    const { report } = await call('sdes_optional', 'disabled')
    expect(report.verdict).toMatchObject({ kind: 'one-way-audio', missing: 'from-peer' })
    expect(report.findings.map(({ rule, severity }) => [rule, severity])).toEqual([['sounds-encrypted', 'fault']])
  })
})
