import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { SipRequest } from '../../shared/wire/sip/message.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { sdp } from '../harness/messages.ts'
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

describe('a connection that is lost in the middle of a call', () => {
  it('is said, and so is that nobody answers the BYE', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (bytes) => {
        const invite = parseSip(bytes) as SipRequest
        const copied = invite.headers.filter(({ key }) => ['via', 'from', 'to', 'call-id', 'cseq'].includes(key))
        const lines = copied.map(({ name, value }) => `${name}: ${value}${name === 'To' ? ';tag=p' : ''}`)
        const body = sdp('127.0.0.1', 9)
        socket.write(
          `SIP/2.0 200 OK\r\n${lines.join('\r\n')}\r\nContact: <sip:x@127.0.0.1:${port};transport=tcp>\r\n` +
            `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        )
        setTimeout(() => {
          server.close()
          socket.destroy()
        }, 200)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${port};transport=tcp`,
      durationMs: 600,
    })
    const said = report.observations.filter(({ kind }) => kind === 'connection-lost' || kind.startsWith('bye-'))
    expect(said.map(({ kind }) => kind)).toEqual(['connection-lost', 'bye-unanswered'])
    expect(said[0]!.text).toMatch(/^the tcp connection to 127\.0\.0\.1:\d+ was lost while the call went on: /)
  })
})
