import { afterEach, describe, expect, it } from 'vitest'
import { Engines, callAndWait } from '../harness/engines.ts'
import { startNameServer } from '../harness/name-server.ts'
import { freePort } from '../harness/process.ts'

const engines = new Engines()
afterEach(() => engines.close())

describe('media goes where the signalling goes', () => {
  it('of a name with addresses of both families, when only IPv6 answers', async () => {
    const agent = await engines.agent({ listeners: [{ transport: 'tcp', address: '::1', port: 0 }] })
    const names = await startNameServer({
      'two.example': [
        { type: 'A', name: 'two.example', ttl: 1, data: '127.0.0.1' },
        { type: 'AAAA', name: 'two.example', ttl: 1, data: '::1' },
      ],
    })
    const report = await callAndWait(engines.open({ dnsServers: [names.address] }), {
      uri: `sip:x@two.example:${agent.port};transport=tcp`,
      durationMs: 1500,
    }).finally(() => names.close())
    expect(report.media[0]!.local).toMatch(/^\[::1\]:/)
    expect([report.verdict.kind, report.findings]).toEqual(['two-way-audio', []])
  })

  it('of a domain that has SRV records and no address', async () => {
    const agent = await engines.agent()
    const names = await startNameServer({
      '_sip._udp.srv.example': [
        {
          type: 'SRV',
          name: '_sip._udp.srv.example',
          ttl: 1,
          data: { priority: 1, weight: 1, port: agent.port, target: 'a.srv.example' },
        },
      ],
      'a.srv.example': [{ type: 'A', name: 'a.srv.example', ttl: 1, data: '127.0.0.1' }],
    })
    const report = await callAndWait(engines.open({ dnsServers: [names.address] }), {
      uri: 'sip:x@srv.example',
      durationMs: 1500,
    }).finally(() => names.close())
    expect(report.media[0]!.local).toMatch(/^127\.0\.0\.1:/)
    expect([report.verdict.kind, report.findings]).toEqual(['two-way-audio', []])
  })
})

describe('a UDP port where nothing listens', () => {
  it('is said at once, by what the network says', async () => {
    const report = await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${await freePort()}` })
    expect([report.outcome, report.refusedBy]).toEqual(['failed', 'transport'])
    expect(report.timeline.durationMs).toBeNull()
    expect(Date.parse(report.timeline.endedAt!) - Date.parse(report.timeline.startedAt)).toBeLessThan(20_000)
    expect(report.findings[0]!.sentence).toMatch(/the port is closed \(ICMP port unreachable\)/)
  })
})
