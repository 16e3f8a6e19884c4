import { describe, expect, it } from 'vitest'
import { CallTrace } from '../../../electron/engine/trace/journal/call-trace.ts'
import { KeptEvent } from '../../../electron/engine/trace/journal/kept-event.ts'
import { Journal } from '../../../electron/engine/trace/journal/journal.ts'
import type { SipEvent } from '../../../shared/model/wire.ts'
import { startLine } from '../../../shared/wire/sip/message.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { crlf, request, type InviteParts } from '../../harness/messages.ts'

let at = 0
const event = (text: string, direction: SipEvent['direction'] = 'received'): SipEvent => {
  const bytes = crlf(text)
  return {
    at: at++,
    transport: 'udp',
    source: { host: '192.0.2.9', port: 5060 },
    destination: { host: '192.0.2.1', port: 5060 },
    direction,
    bytes,
    message: parseSip(bytes),
  }
}
const received = (parts: InviteParts) => event(request(parts))
const lines = (trace: CallTrace) =>
  trace.messages.map(({ event: { message } }) =>
    message.kind === 'unreadable' ? '?' : startLine(message).split(' ')[0],
  )
const trace = (callId = 'call-1') => new CallTrace('t', callId, 'inbound')

describe('the journal of a SIP element', () => {
  it('gives a call what came a moment before it', () => {
    const journal = new Journal()
    journal.sip(received({}))
    expect(journal.sip(received({ callId: 'call-2' }))).toBeNull()
    journal.sip(received({ method: 'ACK' }))
    const adopted = trace()
    journal.adopt(adopted)
    journal.sip(received({ method: 'BYE', cseq: 2 }))
    expect(lines(adopted)).toEqual(['INVITE', 'ACK', 'BYE'])
  })

  it('keeps of what becomes no call only the newest, and of garbage nothing', () => {
    const journal = new Journal()
    for (let i = 0; i < 1000; i++) journal.sip(received({ callId: `c${i}` }))
    for (let i = 0; i < 100; i++) journal.sip(event(`x${i}`))
    const [old, fresh] = [trace('c1'), trace('c999')]
    journal.adopt(old)
    journal.adopt(fresh)
    expect([old.messages.length, fresh.messages.length]).toEqual([0, 1])
  })

  it('starts again with an INVITE that comes after the end of a call with its Call-ID, not with a repetition', () => {
    const journal = new Journal()
    const first = trace()
    journal.sip(received({}))
    journal.adopt(first)
    first.close()
    journal.sip(received({}))
    journal.sip(received({ branch: 'z9hG4bKnew', cseq: 2 }))
    const second = trace()
    journal.adopt(second)
    expect([lines(first), lines(second)]).toEqual([['INVITE', 'INVITE'], ['INVITE']])
    journal.delete(first)
    expect(journal.trace('call-1')).toBe(second)
  })

  it('passes on to a sink all that comes, calls or not, and each once', () => {
    const journal = new Journal()
    const got: string[] = []
    journal.sip(received({ callId: 'before' }))
    journal.addSink({
      sip: ({ message }) =>
        void got.push(message.kind === 'unreadable' ? 'garbage' : startLine(message).split(' ')[0]!),
      packet: (callId, when) => void got.push(`${callId} packet ${when}`),
      observation: (callId, { text }) => void got.push(`${callId} ${text}`),
    })
    journal.sip(received({}))
    journal.sip(received({ method: 'OPTIONS', callId: 'probe' }))
    journal.sip(event('garbage'))
    const adopted = trace()
    journal.adopt(adopted)
    adopted.foreign(7, { host: '192.0.2.9', port: 1 }, { host: '192.0.2.1', port: 2 }, new Uint8Array(12))
    adopted.observe({ at: 8, kind: 'note', text: 'of the call itself' })
    expect(journal.observe('call-1', { at: 9, kind: 'note', text: 'of its station' })).toBe(adopted)
    expect(journal.observe('probe', { at: 9, kind: 'note', text: 'of no call' })).toBeNull()
    journal.sip(received({ method: 'BYE', cseq: 2 }))
    expect(got).toEqual([
      'INVITE',
      'OPTIONS',
      'garbage',
      'call-1 packet 7',
      'call-1 of the call itself',
      'call-1 of its station',
      'probe of no call',
      'BYE',
    ])
    expect(adopted.observations).toHaveLength(2)
  })

  it('keeps of one call no more messages and bytes than allowed, counts the rest and says so once', () => {
    const reached: string[] = []
    const limits = { messages: 3, bytes: 700, invites: 20, reached: (name: string) => void reached.push(name) }
    const many = new CallTrace('t', 'call-1', 'inbound', limits)
    for (let i = 0; i < 5; i++) many.sip(received({ method: 'INFO', cseq: i, extra: '' }))
    expect([many.messages.length, many.droppedMessages]).toEqual([2, 3])
    expect(reached).toEqual(['bytesPerCall'])
  })
  it('keeps of INVITEs that are merged with the first, and of their refusals, as many as a Call-ID may send', () => {
    const reached: string[] = []
    const limits = { messages: 100, bytes: 1e6, invites: 3, reached: (name: string) => void reached.push(name) }
    const many = new CallTrace('t', 'call-1', 'inbound', limits)
    for (let i = 0; i < 10; i++) {
      many.sip(received({ branch: `z9hG4bK${i}` }))
      many.sip(event(request({ branch: `z9hG4bK${i}` }).replace(/^.*/, 'SIP/2.0 482 Merged Request\r'), 'sent'))
    }
    many.sip(received({ method: 'BYE', cseq: 2 }))
    expect([many.messages.length, many.droppedMessages]).toEqual([7, 14])
    expect(reached).toEqual(['invitesPerCallId'])
  })
})

describe('a message that is kept', () => {
  it('has the bytes that came, whatever they are, and those of nobody else', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
    const kept = new KeptEvent({ ...received({}), bytes: new Uint8Array([7, ...bytes, 7]).subarray(1, 257) })
    bytes.fill(0)
    expect([...kept.bytes]).toEqual(Array.from({ length: 256 }, (_, n) => n))
    expect(kept.size).toBe(256)
  })

  it('shares the addresses of the one before it, from whichever side it comes', () => {
    const call = trace()
    const there = received({})
    const back = received({ branch: 'z9hG4bKb' })
    call.sip(there)
    call.sip({ ...back, source: { ...there.destination }, destination: { ...there.source } })
    const [first, second] = call.messages.map(({ event: kept }) => kept)
    expect(second!.source).toBe(first!.destination)
    expect(second!.destination).toBe(first!.source)
  })
})
