import { describe, expect, it } from 'vitest'
import { PersonaGate } from '../../../electron/engine/agent/persona-gate.ts'
import type { Flow } from '../../../electron/engine/sip/transport/flow.ts'
import { personaNamed } from '../../../shared/providers/personas/index.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'
import { invite } from '../personas/arrived.ts'

const flow = { transport: 'udp', remote: { host: '203.0.113.9', port: 5060 } } as Flow

function gate(config: object, contacts: readonly string[] = []) {
  const clock = new VirtualClock()
  const persona = personaNamed('trunk')!.open([{ mode: 'enforce', ...config }], () => 'pw', null)
  const registrar = { contacts: () => [...contacts] }
  const made = new PersonaGate(persona, 'x', clock, predictableRandom(), registrar)
  return { clock, made, check: (callId: string) => made.check(invite({ callId }).request, flow) }
}

describe('the gate of a persona', () => {
  it('lets ten in of a thousand that come at once against a limit of ten, and more as soon as some end', async () => {
    const { check, made, clock } = gate({ callsAtOnce: 10 })
    const ids = Array.from({ length: 1000 }, (_, i) => `c${i}`)
    const kinds = ids.map((callId) => check(callId).kind)
    expect(kinds.filter((kind) => kind === 'in').length).toBe(10)
    for (const callId of ids.slice(0, 10)) made.begun(callId)
    await clock.advance(60_000)
    expect(check('later').kind).toBe('refused')
    made.ended('c0')
    expect(check('later').kind).toBe('in')
  })

  it('counts a call that never begins for half a minute only', async () => {
    const { check, clock } = gate({ callsAtOnce: 1 })
    expect([check('a').kind, check('a').kind, check('b').kind]).toEqual(['in', 'in', 'refused'])
    await clock.advance(33_000)
    expect(check('b').kind).toBe('in')
  })

  it('redirects what it would let in to a user that is registered', () => {
    const { check } = gate({}, ['<sip:a@192.0.2.1>;q=0.9', '<sip:b@192.0.2.1>'])
    const verdict = check('a')
    expect(verdict).toMatchObject({ kind: 'refused', refusal: { status: 302 } })
    if (verdict.kind !== 'refused') return
    const contacts = verdict.refusal.headers!.filter(({ key }) => key === 'contact').map(({ value }) => value)
    expect(contacts).toEqual(['<sip:a@192.0.2.1>;q=0.9', '<sip:b@192.0.2.1>'])
  })

  it('has words of the platform of their own for credentials that cannot be read', () => {
    const trunk = { name: 'T', auth_username: 'u', auth_password: 'p' }
    const persona = personaNamed('livekit')!.open([{ trunk }], () => '', null)
    const made = new PersonaGate(persona, 'x', new VirtualClock(), predictableRandom(), null)
    const { request } = invite({ extra: 'Proxy-Authorization: Basic dTpw\n' })
    expect(made.check(request, flow)).toMatchObject({ refusal: { status: 401, reason: 'Bad credentials' } })
    expect(made.judged(request)!.steps.at(-1)).toMatchObject({ subject: 'digest', holds: false })
  })
})
