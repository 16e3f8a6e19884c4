import { describe, expect, it } from 'vitest'
import { findPeer } from '../harness/install-peers.ts'
import { callReport, freePair } from '../harness/process.ts'
import { answering, sdpBody, startSipp } from '../harness/sipp.ts'

describe.skipIf(!findPeer('sipp'))('a call to SIPp', () => {
  it('says that the RTP port of the peer is closed, where the network does', async () => {
    const closed = await freePair()
    const sipp = await startSipp({ text: answering({ body: sdpBody.replace('[media_port]', String(closed)) }) })
    const { code, report } = await callReport(['call', `sip:+15550100@127.0.0.1:${sipp.port}`, '--duration', '3'])
    expect([code, report.verdict]).toMatchObject([1, { kind: 'no-audio', missing: 'both' }])
    const finding = report.findings.find(({ rule }) => rule === 'rtp-port-closed')!
    expect(finding.sentence).toContain('comes back (ICMP): port unreachable')
    expect(finding.evidence.some(({ observation }) => observation?.includes(`127.0.0.1:${closed}`))).toBe(true)
    expect(await sipp.done()).toBe(0)
  })
})
