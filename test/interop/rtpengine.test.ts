import { describe, expect, it } from 'vitest'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startKamailio } from '../harness/kamailio.ts'
import { agentReports, callReport, startAgent } from '../harness/process.ts'
import { startRtpengine } from '../harness/rtpengine.ts'

const keep = keepRunning()

const peers = findPeer('rtpengine') && findPeer('kamailio')

describe.skipIf(!peers)('rtpengine behind Kamailio', () => {
  it.each([
    ['RTP in clear on both sides', 'disabled', 'replace-origin', '', 'none', 'none'],
    ['SRTP on our side, RTP in clear on the other', 'required', 'RTP/AVP', 'RTP/SAVP', 'sdes', 'none'],
    ['SRTP on our side where encryption was left open', 'allowed', 'RTP/AVP', 'OSRTP-accept', 'sdes', 'none'],
  ] as const)('relays the audio of a call both ways: %s', async (_name, mode, offer, answer, here, there) => {
    const relay = await keep(startRtpengine())
    const agent = await keep(startAgent(['--answer', 'echo', '--calls', '1', '--encryption', 'disabled']))
    const kamailio = await keep(
      startKamailio({ agent: `127.0.0.1:${agent.port}`, relay: { control: relay.control, offer, answer } }),
    )
    const { code, report } = await callReport([
      'call',
      'sip:agent@trunk.example',
      ...['--proxy', `127.0.0.1:${kamailio.udp}`, '--duration', '3', '--encryption', mode],
    ])
    expect([code, report.verdict.kind, report.media.at(-1)!.encryption]).toEqual([0, 'two-way-audio', here])
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    expect(report.observations.some(({ kind }) => kind === 'marker-heard')).toBe(true)
    for (const { packets, lost } of report.streams) expect([packets > 120, lost]).toEqual([true, 0])
    await agent.finished
    const [other] = agentReports(agent)
    expect(other).toMatchObject({ outcome: 'answered', verdict: { kind: 'two-way-audio' } })
    expect([other!.callId, other!.media.at(-1)!.encryption]).toEqual([report.callId, there])
    // Each side speaks with the relay, not with the other.
    expect(other!.media.at(-1)!.remote).not.toBe(report.media.at(-1)!.local)
  })
})
