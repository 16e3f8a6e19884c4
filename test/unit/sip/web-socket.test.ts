import { describe, expect, it } from 'vitest'
import { noLogs } from '../../../electron/engine/base/log.ts'
import { SipEndpoint } from '../../../electron/engine/sip/endpoint.ts'
import { optionsRequest } from '../../../electron/engine/sip/options.ts'
import { responseTo } from '../../../electron/engine/sip/transaction/response.ts'
import { MessageFramer, originRefusal } from '../../../electron/engine/sip/transport/web-socket.ts'
import type { SipEvent } from '../../../shared/model/wire.ts'
import { parseUri } from '../../../shared/wire/sip/grammar.ts'
import { openBoundary } from '../../harness/boundary.ts'
import { request } from '../../harness/messages.ts'
import { predictableRandom } from '../../harness/random.ts'
import { StreamNet } from '../../harness/stream-net.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

async function listening() {
  const clock = new VirtualClock()
  const net = new StreamNet()
  const edge = openBoundary({ headerSeconds: 5, idleSeconds: 60 })
  const events: SipEvent[] = []
  const lost: string[] = []
  const endpoint = new SipEndpoint(
    {
      net: edge.boundary.net(net),
      clock,
      random: predictableRandom(),
      dns: { naptr: async () => [], srv: async () => [], addresses: async () => [] },
      log: noLogs.for('test'),
      wire: (event) => void events.push(event),
      handshakeFailed: () => {},
      observe: () => {},
      ...edge,
    },
    { localAddress: null, tlsCa: null, tlsInsecure: false, tlsIdentity: null, connectTimeoutMs: 1000 },
  )
  endpoint.serve({
    admit: () => null,
    ack: () => {},
    busy: () => false,
    malformed: () => {},
    lost: (_flow, why) => void lost.push(why),
    request: (transaction) => transaction.respond(responseTo(transaction.request, 200, 'tag')),
  })
  await endpoint.listen('ws', '192.0.2.1', 5060)
  const connect = () => net.connect({ host: '192.0.2.9', port: 1 })!
  /** OPTIONS of ours to a server of WebSockets; what was observed of it. */
  const ask = async () => {
    const observed: string[] = []
    const uri = 'sip:192.0.2.9;transport=ws'
    endpoint.request(
      { kind: 'uri', uri: parseUri(uri)!, transport: null },
      {
        build: (flow) => optionsRequest(flow, { uri, tag: 'a', callId: 'b', userAgent: 'test' }),
        response: () => {},
        failed: ({ text }) => void observed.push(text),
        observe: (kind, text) => void observed.push(`${kind}: ${text}`),
      },
    )
    await settle()
    return { observed, server: net.opened[0]! }
  }
  return { clock, net, edge, endpoint, events, lost, connect, ask }
}

const options = request({ method: 'OPTIONS' })

describe('a WebSocket that a peer opened', () => {
  it('carries a message in each of its own, with a Content-Length or without', async () => {
    const { endpoint, events, connect } = await listening()
    const peer = connect()
    peer.send(options.replace(/Content-Length.*\r\n/i, ''))
    peer.send(request({ method: 'OPTIONS', branch: 'z9hG4bKother' }))
    expect(peer.written.map((text) => text.split('\r\n')[0])).toEqual(['SIP/2.0 200 OK', 'SIP/2.0 200 OK'])
    expect(events.map(({ transport, message }) => [transport, message.kind])).toEqual([
      ['ws', 'request'],
      ['ws', 'response'],
      ['ws', 'request'],
      ['ws', 'response'],
    ])
    endpoint.close()
  })

  it('stays open where a message is no SIP, which is seen and goes no further', async () => {
    const { endpoint, events, connect } = await listening()
    const peer = connect()
    peer.send('no SIP at all')
    peer.send(options)
    expect(events.map(({ message }) => message.kind)).toEqual(['unreadable', 'request', 'response'])
    expect(peer.closed).toBe(false)
    endpoint.close()
  })

  it('may be silent for as long as idle ones may, and its pings count as life', async () => {
    const { clock, endpoint, connect } = await listening()
    const [silent, pinging, keeping] = [connect(), connect(), connect()]
    for (let i = 0; i < 3; i++) {
      await clock.advance(25_000)
      pinging.events!.alive()
      keeping.send('\r\n\r\n')
    }
    expect([silent.closed, pinging.closed, keeping.closed]).toEqual([true, false, false])
    expect(keeping.written).toEqual(['\r\n', '\r\n', '\r\n'])
    endpoint.close()
  })

  it('is closed when a message that has begun does not come whole in time, pings or not', async () => {
    const { clock, edge, endpoint, connect } = await listening()
    const slow = connect()
    slow.events!.partial()
    for (let i = 0; i < 5; i++) {
      await clock.advance(1000)
      slow.events!.alive()
    }
    expect(slow.closed).toBe(true)
    expect(edge.budgets.usage().find(({ name }) => name === 'headerSeconds')!.refused).toBe(1)
    endpoint.close()
  })
})

describe('a WebSocket that we open', () => {
  it('goes to port 80 where none is said, and tells by a name of its own that nobody can connect back', async () => {
    const { events, endpoint, ask } = await listening()
    await ask()
    const [sent] = events
    expect([sent!.transport, sent!.destination]).toMatchObject(['ws', { host: '192.0.2.9', port: 80 }])
    expect(Buffer.from(sent!.bytes).toString()).toMatch(
      /^Via: SIP\/2\.0\/WS \w{12}\.invalid;branch=z9hG4bK\w+;rport\r$/m,
    )
    endpoint.close()
  })

  it('is no NAT, wherever the server sees it', async () => {
    const { events, endpoint, ask } = await listening()
    const { observed, server } = await ask()
    const via = /^Via: (.*)\r$/m.exec(Buffer.from(events[0]!.bytes).toString())![1]!
    server.send(
      `SIP/2.0 200 OK\r\nVia: ${via.replace(';rport', ';received=198.51.100.1;rport=9')}\r\n` +
        'From: <sip:a@b>;tag=a\r\nTo: <sip:c@d>;tag=e\r\nCall-ID: b\r\nCSeq: 1 OPTIONS\r\n\r\n',
    )
    await settle()
    expect(events).toHaveLength(2)
    expect(observed).toEqual([])
    endpoint.close()
  })

  it('is kept open by pings, and closed when one is not answered', async () => {
    const { clock, lost, endpoint, ask } = await listening()
    const { server } = await ask()
    await clock.advance(25_000)
    server.events!.alive()
    await clock.advance(25_000)
    expect([server.pings, server.closed]).toEqual([2, false])
    await clock.advance(25_000)
    expect(server.closed).toBe(true)
    expect(lost).toEqual(['the peer does not answer the pings that keep the connection open: it is closed'])
    endpoint.close()
  })
})

describe('a message of a WebSocket', () => {
  it('is a keep-alive where it has nothing but line ends', () => {
    const framer = new MessageFramer()
    const kinds = ['\r\n\r\n', '\r\n', '', 'x\r\n'].map((text) => framer.push(Buffer.from(text))[0]!.kind)
    expect(kinds).toEqual(['ping', 'pong', 'pong', 'message'])
  })
})

describe('a page that opens a WebSocket here', () => {
  it.each([
    [undefined, []],
    ['http://localhost:8080', []],
    ['http://127.0.0.1', []],
    ['https://[::1]:8443', []],
    ['https://phone.example', ['https://phone.example']],
    ['https://phone.example', ['*']],
  ])('may where its origin is %s and %j are allowed', (origin, allowed) => {
    expect(originRefusal(origin, allowed)).toBeNull()
  })

  it.each([
    'https://evil.example',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://evil.example#localhost',
    'http://localhost@evil.example',
    'null',
    '',
    'file://localhost',
    'chrome-extension://localhost',
    'https://phone.example:8443',
    'https://phone.example.evil.example',
  ])('may not where it is %s', (origin) => {
    expect(originRefusal(origin, ['https://phone.example'])).toContain('is not one of the origins that may')
  })
})
