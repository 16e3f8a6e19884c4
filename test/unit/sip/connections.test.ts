import { describe, expect, it } from 'vitest'
import { noLogs } from '../../../electron/engine/base/log.ts'
import { SipEndpoint } from '../../../electron/engine/sip/endpoint.ts'
import { responseTo } from '../../../electron/engine/sip/transaction/response.ts'
import type { BudgetLimits } from '../../../shared/model/budgets.ts'
import { openBoundary } from '../../harness/boundary.ts'
import { request } from '../../harness/messages.ts'
import { predictableRandom } from '../../harness/random.ts'
import { StreamNet } from '../../harness/stream-net.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

async function listening(limits: Partial<BudgetLimits>, busy = false) {
  const clock = new VirtualClock()
  const net = new StreamNet()
  const edge = openBoundary(limits)
  const dns = { naptr: async () => [], srv: async () => [], addresses: async () => [] }
  const endpoint = new SipEndpoint(
    {
      net: edge.boundary.net(net),
      clock,
      random: predictableRandom(),
      dns,
      log: noLogs.for('test'),
      wire: () => {},
      handshakeFailed: () => {},
      observe: () => {},
      ...edge,
    },
    { localAddress: null, tlsCa: null, tlsInsecure: false, tlsIdentity: null, connectTimeoutMs: 1000 },
  )
  endpoint.serve({
    admit: () => null,
    ack: () => {},
    busy: () => busy,
    malformed: () => {},
    lost: () => {},
    request: (transaction) => transaction.respond(responseTo(transaction.request, 200, 'tag')),
  })
  await endpoint.listen('tcp', '192.0.2.1', 5060)
  const connect = (host = '192.0.2.9', port = 1) => net.connect({ host, port })
  return { clock, net, edge, endpoint, connect }
}

const options = request({ method: 'OPTIONS' })

describe('connections of strangers', () => {
  it('are closed when a message does not come whole in time, however steadily it drips', async () => {
    const { clock, connect, edge, endpoint } = await listening({ headerSeconds: 5 })
    const slow = connect()!
    for (const letter of 'OPTIONS sip') {
      slow.send(letter)
      await clock.advance(1000)
    }
    expect(slow.closed).toBe(true)
    expect(edge.budgets.usage().find(({ name }) => name === 'headerSeconds')!.refused).toBe(1)
    endpoint.close()
  })

  it('are closed when nothing at all comes in time', async () => {
    const { clock, connect, endpoint } = await listening({ headerSeconds: 5 })
    const silent = connect()!
    await clock.advance(5000)
    expect(silent.closed).toBe(true)
    endpoint.close()
  })

  it('stay open while messages come, and are closed when they are idle for too long', async () => {
    const { clock, connect, endpoint } = await listening({ headerSeconds: 5, idleSeconds: 60 })
    const peer = connect()!
    for (let i = 0; i < 5; i++) {
      peer.send(options)
      await clock.advance(40_000)
    }
    expect(peer.written).toHaveLength(5)
    expect(peer.closed).toBe(false)
    await clock.advance(20_000)
    expect(peer.closed).toBe(true)
    endpoint.close()
  })

  it('stay open while a call goes on over them', async () => {
    const { clock, connect, endpoint } = await listening({ idleSeconds: 60 }, true)
    const peer = connect()!
    peer.send(options)
    await clock.advance(600_000)
    expect(peer.closed).toBe(false)
    endpoint.close()
  })

  it('are not let in beyond the limits, of all and of one source, and others are when one has gone', async () => {
    const { connect, endpoint } = await listening({ connections: 3, connectionsPerSource: 2 })
    const [one, two] = [connect('192.0.2.9', 1), connect('192.0.2.9', 2)]
    expect([one, two].every((connection) => connection !== null)).toBe(true)
    expect(connect('192.0.2.9', 3)).toBeNull()
    expect(connect('192.0.2.10', 1)).not.toBeNull()
    expect(connect('192.0.2.11', 1)).toBeNull()
    one!.close()
    expect(connect('192.0.2.11', 1)).not.toBeNull()
    endpoint.close()
  })

  it('get one answer for all the pings of a segment, and none while it is not taken', async () => {
    const { connect, endpoint } = await listening({})
    const peer = connect()!
    peer.send('\r\n\r\n'.repeat(10_000))
    peer.send('\r\n\r\n\n'.repeat(10_000))
    expect(peer.written).toEqual(['\r\n', '\r\n'])
    peer.stuck = true
    for (let i = 0; i < 1000; i++) peer.send('\r\n\r\n')
    expect(peer.written).toHaveLength(3)
    endpoint.close()
  })

  it('are closed when the peer does not read what it asked for', async () => {
    const { connect, endpoint } = await listening({})
    const deaf = connect()!
    deaf.send(options)
    deaf.backlogBytes = 5 * 1024 * 1024
    deaf.send(request({ method: 'OPTIONS', branch: 'z9hG4bKother' }))
    expect(deaf.written).toHaveLength(1)
    expect(deaf.closed).toBe(true)
    endpoint.close()
  })
})

describe('requests beyond what is followed at once', () => {
  it('are answered with 503 and Retry-After, and nothing is kept of them', async () => {
    const { connect, endpoint, edge } = await listening({ transactions: 0 })
    const peer = connect()!
    peer.send(options)
    expect(peer.written[0]).toMatch(/^SIP\/2.0 503 .*Retry-After: 5\r\n/s)
    expect(edge.budgets.usage().find(({ name }) => name === 'transactions')!.refused).toBe(1)
    endpoint.close()
  })
})
