import { describe, expect, it } from 'vitest'
import {
  Negotiation,
  collision,
  signalling,
  type SignallingEvent,
  type SignallingState,
} from '../../../electron/engine/ua/call/negotiation.ts'

const events = [
  'make-offer',
  'offer-sent',
  'preview-received',
  'answer-received',
  'settled',
  'offer-received',
  'answer-sent',
  'rolled-back',
] as const satisfies readonly SignallingEvent[]

/** Every state with every event, in the order above: the next state, or null where the event is refused. */
const table: Readonly<Record<SignallingState, readonly (SignallingState | null)[]>> = {
  'stable': ['making-offer', null, null, null, null, 'remote-offer', null, null],
  'making-offer': [null, 'local-offer', null, null, null, null, null, 'stable'],
  'local-offer': [null, null, 'remote-preview', 'remote-answer', null, null, null, 'stable'],
  'remote-preview': [null, null, 'remote-preview', 'remote-answer', null, null, null, 'stable'],
  'remote-answer': [null, null, null, null, 'stable', null, null, 'stable'],
  'remote-offer': [null, null, null, null, null, null, 'stable', 'stable'],
}
const rows = Object.entries(table) as [SignallingState, readonly (SignallingState | null)[]][]

describe('offer and answer', () => {
  it.each(rows.flatMap(([state, after]) => events.map((event, i) => [state, event, after[i]!] as const)))(
    '%s with %s',
    (state, event, after) => expect(signalling(state, event)).toBe(after),
  )

  // The answer to a re-INVITE, to an UPDATE with an offer, to one without.
  it.each([
    ['stable', null, null, null],
    ['making-offer', 491, 491, null],
    ['local-offer', 491, 491, null],
    ['remote-preview', 491, 491, null],
    ['remote-answer', 491, 491, null],
    ['remote-offer', 500, 500, null],
  ] as const)('while %s, requests of the peer get %s, %s, %s', (state, invite, offer, refresh) => {
    expect([
      collision(state, 'INVITE', true),
      collision(state, 'INVITE', false),
      collision(state, 'UPDATE', true),
      collision(state, 'UPDATE', false),
    ]).toEqual([invite, invite, offer, refresh])
  })

  it('goes back to what holds when the media throws', async () => {
    const negotiation = new Negotiation()
    negotiation.step('make-offer')
    await expect(negotiation.waitFor(Promise.reject(new Error('no device')))).rejects.toThrow('no device')
    expect([negotiation.state, negotiation.agreed]).toEqual(['stable', false])
  })

  it('is settled when an offer has had its answer, and not by one that was given up', async () => {
    const negotiation = new Negotiation()
    const settled: number[] = []
    void negotiation.settled().then(() => settled.push(negotiation.rounds))
    for (const event of ['make-offer', 'offer-sent', 'answer-received', 'rolled-back'] as const) negotiation.step(event)
    await Promise.resolve()
    expect(settled).toEqual([])
    for (const event of ['make-offer', 'offer-sent', 'answer-received', 'settled'] as const) negotiation.step(event)
    await Promise.resolve()
    expect(settled).toEqual([1])
    await negotiation.settled()
    negotiation.step('offer-received')
    void negotiation.settled().then(() => settled.push(negotiation.rounds))
    await Promise.resolve()
    expect(settled).toEqual([1])
    negotiation.step('answer-sent')
    await Promise.resolve()
    expect(settled).toEqual([1, 2])
  })
})
