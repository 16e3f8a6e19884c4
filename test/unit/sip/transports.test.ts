import { describe, expect, it } from 'vitest'
import { packet } from '../../../electron/engine/sip/transport/flow.ts'
import { Transports } from '../../../electron/engine/sip/transport/transports.ts'
import type { SipEvent } from '../../../shared/model/wire.ts'
import { parseRequest, request } from '../../harness/messages.ts'
import { openBoundary } from '../../harness/boundary.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { predictableRandom } from '../../harness/random.ts'
import { TestConnection } from '../../harness/stream-net.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

const us = { host: '192.0.2.1', port: 5060 }
const peer = { host: '192.0.2.99', port: 5060 }
const udp = { transport: 'udp' as const, ...peer, serverName: peer.host }
const tcp = { transport: 'tcp' as const, ...peer, serverName: peer.host }
const message = parseRequest(request({ method: 'OPTIONS' }))

/** Datagrams in memory, and connections that are made at once. */
class Wires extends MemoryNet {
  readonly made: TestConnection[] = []

  override connectTcp(): Promise<never> {
    const connection = new TestConnection(() => {})
    this.made.push(connection)
    return Promise.resolve(connection.socket({ host: us.host, port: 40_500 }, peer) as never)
  }

  override listenTcp(): Promise<never> {
    return Promise.resolve({ local: { host: us.host, port: 40_600 }, close: () => {} } as never)
  }
}

function open() {
  const net = new Wires()
  const events: SipEvent[] = []
  const received: string[] = []
  const closed: (string | null)[] = []
  let answers = false
  const transports = new Transports(
    { net, clock: new VirtualClock(), random: predictableRandom(), ...openBoundary() },
    { localAddress: null, tlsCa: null, tlsInsecure: false, tlsIdentity: null, connectTimeoutMs: 1000 },
    {
      wire: (event) => void events.push(event),
      received: (came, flow) => {
        received.push(`${came.kind} from ${flow.remote.host}:${flow.remote.port}`)
        if (answers) flow.send(packet(message), () => {})
      },
      busy: () => false,
      closed: (_flow, error) => void closed.push(error && error.message),
      handshakeFailed: () => {},
    },
  )
  return { net, events, received, closed, transports, answering: () => void (answers = true) }
}

describe('the datagram sockets of an element', () => {
  it('that listens at all addresses answer from the one that was asked, wherever the route leads', async () => {
    const { net, events, transports, answering } = open()
    net.own = [us.host, '198.51.100.7', '2001:db8::7']
    answering()
    await transports.listen('udp', '0.0.0.0', 5060)
    expect(net.openSockets).toBe(3)
    for (const host of ['198.51.100.7', '192.0.2.1', '0.0.0.0']) {
      net.inject(peer, { host, port: 5060 }, request({ method: 'OPTIONS' }))
      await settle()
    }
    const sent = events.filter(({ direction }) => direction === 'sent')
    expect(sent.map(({ source }) => source.host)).toEqual(['198.51.100.7', '192.0.2.1', '192.0.2.1'])
    expect(
      net.sent.filter(({ to }) => to.port === peer.port && to.host === peer.host).map(({ from }) => from.host),
    ).toEqual(['198.51.100.7', '192.0.2.1', '0.0.0.0'])
    transports.close()
    expect(net.openSockets).toBe(0)
  })

  it('are one for each address, however many requests ask for one at once', async () => {
    const { net, transports } = open()
    const flows = await Promise.all([1, 2, 3].map(() => transports.flowTo(udp)))
    expect(net.openSockets).toBe(1)
    expect(new Set(flows.map(({ local }) => local.port)).size).toBe(1)
    transports.close()
    expect(net.openSockets).toBe(0)
  })

  it('are the ones that it listens on, where it does', async () => {
    const { net, transports } = open()
    await transports.listen('udp', us.host, us.port)
    expect((await transports.flowTo(udp)).local).toEqual(us)
    expect(net.openSockets).toBe(1)
    transports.close()
  })

  it('say which address cannot be listened on, and why', async () => {
    const { transports } = open()
    await transports.listen('udp', us.host, us.port)
    await expect(transports.listen('udp', us.host, us.port)).rejects.toMatchObject({
      kind: 'machine',
      message: expect.stringMatching(/^cannot listen on udp 192\.0\.2\.1:5060: the port is in use/),
    })
    transports.close()
  })
})

describe('what is on the wire', () => {
  it('is an event with both its ends, as it is sent and as it comes', async () => {
    const { net, events, received, transports } = open()
    await transports.listen('udp', us.host, us.port)
    const flow = await transports.flowTo(udp)
    flow.send(packet(message), () => {})
    net.inject(peer, us, request({}))
    await settle()
    expect(events.map(({ direction, source, destination }) => [direction, source, destination])).toEqual([
      ['sent', us, peer],
      ['received', peer, us],
    ])
    expect(received).toEqual(['request from 192.0.2.99:5060'])
    transports.close()
  })

  it('is an event too where it is no SIP, and goes no further; what only keeps a path open is none', async () => {
    const { net, events, received, transports } = open()
    await transports.listen('udp', us.host, us.port)
    for (const text of ['no SIP at all', '\r\n\r\n', '\r\n']) net.inject(peer, us, text)
    await settle()
    expect(events.map((event) => event.message.kind)).toEqual(['unreadable'])
    expect(received).toEqual([])
    transports.close()
  })

  it('is a message where empty lines stand before it in its datagram', async () => {
    const { net, events, received, transports } = open()
    await transports.listen('udp', us.host, us.port)
    for (const before of ['\r\n', '\r\n\r\n', '\n']) net.inject(peer, us, before + request({ body: 'v=0\n' }))
    await settle()
    expect(received).toEqual(Array<string>(3).fill('request from 192.0.2.99:5060'))
    expect(events.map((event) => event.message.kind === 'request' && event.message.problems)).toEqual([[], [], []])
    transports.close()
  })

  it('says of a datagram that the system does not send that it failed', async () => {
    const { net, transports } = open()
    const flow = await transports.flowTo(udp)
    net.refuse = new Error('no route')
    const failures: string[] = []
    flow.send(packet(message), (error) => void failures.push(error.message))
    expect(failures).toEqual(['no route'])
    transports.close()
  })
})

describe('the connections of an element', () => {
  it('are one for each peer: one attempt at a time, used while it is open, made again when it is closed', async () => {
    const { net, closed, transports } = open()
    const [first, same] = await Promise.all([transports.flowTo(tcp), transports.flowTo(tcp)])
    expect(same).toBe(first)
    expect(await transports.flowTo(tcp)).toBe(first)
    expect(net.made).toHaveLength(1)
    net.made[0]!.close()
    expect(closed).toEqual([null])
    expect(await transports.flowTo(tcp)).not.toBe(first)
    expect(net.made).toHaveLength(2)
    transports.close()
  })

  it('carry messages in both directions, and what breaks their framing is an event', async () => {
    const { net, events, received, transports } = open()
    const flow = await transports.flowTo(tcp)
    flow.send(packet(message), () => {})
    net.made[0]!.send(request({}))
    net.made[0]!.send('OPTIONS sip:x SIP/2.0\r\nContent-Length: -1\r\n\r\n')
    expect(events.map(({ direction, transport, message: { kind } }) => [direction, transport, kind])).toEqual([
      ['sent', 'tcp', 'request'],
      ['received', 'tcp', 'request'],
      ['received', 'tcp', 'unreadable'],
    ])
    expect(received).toHaveLength(1)
    transports.close()
  })
})
