import { describe, expect, it } from 'vitest'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startNetSip } from '../harness/net-sip.ts'
import { agentReports, callReport, startAgent } from '../harness/process.ts'
import { toneInside } from '../harness/tone-files.ts'

const keep = keepRunning('SIGKILL')

describe.skipIf(!findPeer('Net/SIP.pm'))('Net::SIP', () => {
  it('is called and hears our tone, we hear its sine', async () => {
    const peer = await keep(startNetSip())
    const { code, report } = await callReport([
      'call',
      `sip:perl@127.0.0.1:${peer.port}`,
      ...['--send', 'tone:1000', '--duration', '3'],
    ])
    expect([code, report.verdict.kind]).toEqual([0, 'two-way-audio'])
    for (const { packets, lost, level } of report.streams) {
      expect([packets > 120, lost]).toEqual([true, 0])
      expect(level!.meanDbfs).toBeGreaterThan(-20)
    }
    await peer.until(/over/)
    expect(toneInside(peer.heard(), 1000)).toBeGreaterThan(0.9)
  })

  it('calls with a fax line beside its audio, reads our answer to both and hears our tone', async () => {
    const agent = await keep(startAgent(['--answer', 'tone:1000']))
    const peer = await keep(startNetSip(`sip:agent@127.0.0.1:${agent.port}`))
    await peer.until(/over/)
    await agent.until(/"type":"call"/)
    const [report] = agentReports(agent)
    expect(report).toMatchObject({ outcome: 'answered', verdict: { kind: 'two-way-audio' } })
    expect(report!.messages.find(({ startLine }) => startLine.includes('200'))!.raw).toContain('m=image 0 udptl t38')
    expect(peer.stderr).not.toContain('bad')
    expect(toneInside(peer.heard(), 1000)).toBeGreaterThan(0.9)
  })
})
