import { describe, expect, it } from 'vitest'
import { InviteClientTransaction } from '../../../electron/engine/sip/transaction/client-invite.ts'
import { NonInviteClientTransaction } from '../../../electron/engine/sip/transaction/client-non-invite.ts'
import { responseTo } from '../../../electron/engine/sip/transaction/response.ts'
import { InviteServerTransaction } from '../../../electron/engine/sip/transaction/server-invite.ts'
import { NonInviteServerTransaction } from '../../../electron/engine/sip/transaction/server-non-invite.ts'
import type { Flow, Packet } from '../../../electron/engine/sip/transport/flow.ts'
import { startLine, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { parseRequest, request } from '../../harness/messages.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

function bench(reliable: boolean, method = 'INVITE') {
  const clock = new VirtualClock()
  const start = clock.monotonicMs()
  const sent: { at: number; line: string }[] = []
  const address = { host: '192.0.2.1', port: 5060 }
  let fail: Error | null = null
  const flow: Flow = {
    transport: reliable ? 'tcp' : 'udp',
    local: address,
    remote: address,
    contact: address,
    reliable,
    tls: null,
    to: () => flow,
    send: ({ message }: Packet, failed) => {
      sent.push({
        at: clock.monotonicMs() - start,
        line: startLine(message).replace(' SIP/2.0', '').replace('SIP/2.0 ', '').split(' ')[0]!,
      })
      if (fail) failed(fail)
    },
  }
  const seen: string[] = []
  const user = {
    response: (response: SipResponse) => void seen.push(String(response.status)),
    failed: (failure: { kind: string }) => void seen.push(failure.kind),
  }
  const message = parseRequest(request({ method }))
  let ended = 0
  const done = () => void ended++
  return {
    clock,
    sent,
    flow,
    seen,
    user,
    message,
    done,
    ended: () => ended,
    breakFlow: (error: Error) => (fail = error),
    times: () => sent.map(({ at }) => at),
  }
}

const reply = (b: ReturnType<typeof bench>, status: number) => responseTo(b.message, status, 'tag')

describe('the INVITE client transaction (RFC 3261 17.1.1)', () => {
  it('repeats over UDP at T1, doubling, and gives up after 64 T1', async () => {
    const b = bench(false)
    const transaction = new InviteClientTransaction(b.message, b.flow, b.clock, b.user, b.done)
    transaction.start()
    await b.clock.advance(40_000)
    expect(b.times()).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500])
    expect(b.seen).toEqual(['timeout'])
    expect(b.clock.pending).toBe(0)
  })

  it('does not repeat over TCP', async () => {
    const b = bench(true)
    new InviteClientTransaction(b.message, b.flow, b.clock, b.user, b.done).start()
    await b.clock.advance(40_000)
    expect(b.times()).toEqual([0])
    expect(b.seen).toEqual(['timeout'])
  })

  it('stops repeating at a provisional response and then waits without end', async () => {
    const b = bench(false)
    const transaction = new InviteClientTransaction(b.message, b.flow, b.clock, b.user, b.done)
    transaction.start()
    transaction.receive(reply(b, 100))
    transaction.receive(reply(b, 180))
    await b.clock.advance(200_000)
    expect(b.times()).toEqual([0])
    expect(b.seen).toEqual(['100', '180'])
  })

  it('acknowledges a refusal each time it comes, tells of it once, and ends after timer D', async () => {
    const b = bench(false)
    const transaction = new InviteClientTransaction(b.message, b.flow, b.clock, b.user, b.done)
    transaction.start()
    for (let i = 0; i < 3; i++) transaction.receive(reply(b, 486))
    expect(b.sent.map(({ line }) => line)).toEqual(['INVITE', 'ACK', 'ACK', 'ACK'])
    expect(b.seen).toEqual(['486'])
    await b.clock.advance(31_999)
    expect(transaction.state).toBe('completed')
    await b.clock.advance(2)
    expect(b.ended()).toBe(1)
    expect(b.clock.pending).toBe(0)
  })

  it('passes every 2xx on for 64 T1 (RFC 6026) and sends no ACK of its own', async () => {
    const b = bench(false)
    const transaction = new InviteClientTransaction(b.message, b.flow, b.clock, b.user, b.done)
    transaction.start()
    transaction.receive(reply(b, 200))
    await b.clock.advance(10_000)
    transaction.receive(reply(b, 200))
    expect(b.seen).toEqual(['200', '200'])
    expect(b.sent).toHaveLength(1)
    await b.clock.advance(22_001)
    expect(transaction.state).toBe('terminated')
  })

  it('tells of a transport error', () => {
    const b = bench(true)
    b.breakFlow(new Error('gone'))
    new InviteClientTransaction(b.message, b.flow, b.clock, b.user, b.done).start()
    expect(b.seen).toEqual(['transport'])
  })
})

describe('the other client transaction (RFC 3261 17.1.2)', () => {
  it('repeats up to T2, slower once provisional, and gives up after 64 T1', async () => {
    const b = bench(false, 'OPTIONS')
    const transaction = new NonInviteClientTransaction(b.message, b.flow, b.clock, b.user, b.done)
    transaction.start()
    await b.clock.advance(40_000)
    expect(b.times()).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
    expect(b.seen).toEqual(['timeout'])
  })

  it('absorbs repeated final responses for T4', async () => {
    const b = bench(false, 'OPTIONS')
    const transaction = new NonInviteClientTransaction(b.message, b.flow, b.clock, b.user, b.done)
    transaction.start()
    transaction.receive(reply(b, 200))
    transaction.receive(reply(b, 200))
    expect(b.seen).toEqual(['200'])
    await b.clock.advance(5001)
    expect(b.ended()).toBe(1)
  })
})

describe('the INVITE server transaction (RFC 3261 17.2.1)', () => {
  it('says 100 after 200 ms and repeats the last provisional response to a repeated INVITE', async () => {
    const b = bench(false)
    const transaction = new InviteServerTransaction(b.message, b.flow, b.clock, b.done)
    await b.clock.advance(200)
    transaction.respond(reply(b, 180))
    transaction.receive(b.message)
    expect(b.sent.map(({ line }) => line)).toEqual(['100', '180', '180'])
    transaction.abandon()
  })

  it('repeats a refusal until its ACK, then absorbs more ACKs for T4', async () => {
    const b = bench(false)
    const transaction = new InviteServerTransaction(b.message, b.flow, b.clock, b.done)
    transaction.respond(reply(b, 486))
    await b.clock.advance(4000)
    expect(b.times()).toEqual([0, 500, 1500, 3500])
    transaction.receive(parseRequest(request({ method: 'ACK' })))
    await b.clock.advance(4999)
    expect(b.times()).toHaveLength(4)
    expect(transaction.state).toBe('confirmed')
    await b.clock.advance(2)
    expect(b.ended()).toBe(1)
  })

  it('tells when the ACK of a refusal never comes', async () => {
    const b = bench(false)
    const transaction = new InviteServerTransaction(b.message, b.flow, b.clock, b.done)
    let failed = ''
    transaction.user = { failed: (why) => (failed = why) }
    transaction.respond(reply(b, 603))
    await b.clock.advance(33_000)
    expect(failed).toBe('no-ack')
    expect(b.clock.pending).toBe(0)
  })

  it('does not answer a repeated INVITE once a 2xx is out (RFC 6026 7.1)', () => {
    const b = bench(false)
    const transaction = new InviteServerTransaction(b.message, b.flow, b.clock, b.done)
    transaction.respond(reply(b, 200))
    transaction.receive(b.message)
    expect(b.sent).toHaveLength(1)
    transaction.abandon()
  })
})

describe('the other server transaction (RFC 3261 17.2.2)', () => {
  it('answers a repeated request with the same final response for 64 T1', async () => {
    const b = bench(false, 'OPTIONS')
    const transaction = new NonInviteServerTransaction(b.message, b.flow, b.clock, b.done)
    transaction.receive()
    transaction.respond(reply(b, 200))
    transaction.respond(reply(b, 486))
    transaction.receive()
    expect(b.sent.map(({ line }) => line)).toEqual(['200', '200'])
    await b.clock.advance(32_001)
    expect(b.ended()).toBe(1)
  })
})
