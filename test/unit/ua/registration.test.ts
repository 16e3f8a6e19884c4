import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DigestClient } from '../../../electron/engine/sip/digest/client.ts'
import { hopTo } from '../../../electron/engine/sip/pending.ts'
import { header, headerList, type SipRequest } from '../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { UaBench } from '../../harness/ua-bench.ts'
import { settle } from '../../harness/virtual-clock.ts'

let bench: UaBench
beforeEach(() => void (bench = new UaBench()))
afterEach(() => bench.close())

const register = async (password: string | null = 'secret') => {
  const registration = bench.ua.register(
    {
      registrar: 'sip:192.0.2.99',
      addressOfRecord: 'sip:alice@192.0.2.99',
      hop: hopTo('sip:192.0.2.99')!,
      user: 'alice',
      expiresS: 600,
      digest: new DigestClient(password === null ? null : { username: 'alice', password }, bench.random),
    },
    'reg-1',
  )
  registration.start()
  await settle()
  return registration
}
const last = () => bench.sent().at(-1) as SipRequest
const challenge = { extra: 'WWW-Authenticate: Digest realm="r", nonce="1", qop="auth"\n' }
const granted = (sent: SipRequest, seconds: number) => ({
  contact: `${header(sent, 'contact')};expires=${seconds}, <sip:alice@192.0.2.200>;expires=9`,
})

describe('a registration', () => {
  it('answers the challenge, shows the binding that is ours, refreshes it and removes it', async () => {
    const registration = await register()
    await bench.respond(last(), 401, challenge)
    const second = last()
    expect(header(second, 'authorization')).toContain('nc=00000001')
    await bench.respond(second, 200, granted(second, 100))
    expect(registration.state).toMatchObject({ kind: 'registered', expiresS: 100, bindings: 2 })
    await bench.clock.advance(90_000)
    const refresh = last()
    expect(messageIds(refresh).callId).toBe('reg-1')
    expect(messageIds(refresh).cseq!.number).toBe(3)
    expect(header(refresh, 'authorization')).toContain('nc=00000002')
    await bench.respond(refresh, 200, granted(refresh, 100))
    registration.stop()
    await settle()
    const removal = last()
    expect(header(removal, 'expires')).toBe('0')
    await bench.respond(removal, 200)
    expect(registration.state.kind).toBe('idle')
    await bench.clock.advance(40_000)
    expect(bench.clock.pending).toBe(0)
  })

  it('moves to the address that the registrar sees, where that is asked for, and removes the one before', async () => {
    bench = new UaBench({ contactRewrite: true })
    const registration = await register(null)
    const via = ';received=203.0.113.7;rport=41000'
    const first = last()
    await bench.respond(first, 200, { via, contact: `${header(first, 'contact')};expires=600` })
    const second = last()
    expect(headerList(second, 'contact')).toEqual([
      '<sip:alice@203.0.113.7:41000>',
      `${header(first, 'contact')};expires=0`,
    ])
    await bench.respond(second, 200, { via, contact: '<sip:alice@203.0.113.7:41000>;expires=600' })
    expect(registration.state).toMatchObject({ kind: 'registered', contact: '<sip:alice@203.0.113.7:41000>' })
    await bench.clock.advance(540_000)
    expect(headerList(last(), 'contact')).toEqual(['<sip:alice@203.0.113.7:41000>'])
  })

  it('asks for longer when the registrar finds the interval too brief', async () => {
    const registration = await register()
    await bench.respond(last(), 423, { extra: 'Min-Expires: 1800\n' })
    const again = last()
    expect(header(again, 'expires')).toBe('1800')
    await bench.respond(again, 200, { extra: 'Expires: 1800\n' })
    expect(registration.state).toMatchObject({ kind: 'registered', expiresS: 1800 })
  })

  it('gives up on a refused password and says so', async () => {
    const registration = await register('wrong')
    await bench.respond(last(), 401, challenge)
    await bench.respond(last(), 401, challenge)
    expect(registration.state).toMatchObject({ kind: 'failed', status: 401, final: true })
    await bench.clock.advance(120_000)
    expect(bench.lines()).toEqual([])
    expect(registration.state).toMatchObject({ text: expect.stringContaining('realm "r" refused user "alice" (MD5)') })
  })

  it('stays registered while it is refreshed, and never asks twice at once', async () => {
    const registration = await register()
    const first = last()
    await bench.respond(first, 200, granted(first, 100))
    const states: string[] = []
    registration.events.on('state', ({ kind }) => void states.push(kind))
    await bench.clock.advance(90_000)
    const refresh = last()
    expect(registration.state.kind).toBe('registered')
    registration.stop()
    await settle()
    expect(bench.lines()).toEqual([])
    await bench.respond(refresh, 200, granted(refresh, 100))
    const removal = last()
    expect(header(removal, 'expires')).toBe('0')
    await bench.respond(removal, 200)
    expect([...new Set(states)]).toEqual(['removing', 'idle'])
  })

  it('tries again after a fault that may pass', async () => {
    const registration = await register()
    await bench.respond(last(), 500)
    expect(registration.state).toMatchObject({ kind: 'failed', final: false })
    await bench.clock.advance(30_000)
    expect(registration.state.kind).toBe('registering')
    registration.stop()
  })
})

describe('what a registrar says', () => {
  const refused = async (status: number, extra: string, contact?: string) => {
    const registration = await register()
    await bench.respond(last(), status, { extra, ...(contact === undefined ? {} : { contact }) })
    return registration.state.kind === 'failed' ? registration.state.text : registration.state.kind
  }

  it.each([
    [403, 'Warning: 399 pbx "account is suspended"\n', 'answered 403 Reason: 399 pbx "account is suspended"'],
    [503, 'Retry-After: 120\n', 'answered 503 Reason: it asks to wait for 120 s'],
    [302, '', 'answered 302 Reason: it redirects to <sip:other.example>'],
    [423, '', 'answered 423 Reason: it names no Min-Expires'],
    [423, 'Min-Expires: 60\n', 'answered 423 Reason: it demands 60 s at least, though 600 s were asked for'],
    [500, '', 'answered 500 Reason'],
  ])('when it refuses with %i is told', async (status, extra, text) => {
    expect(await refused(status, extra, '<sip:other.example>')).toBe(`the registrar ${text}`)
  })

  it('when it agrees and lists no binding of ours is told', async () => {
    const registration = await register()
    await bench.respond(last(), 200, { contact: '<sip:alice@203.0.113.7:40000>;expires=60' })
    expect(registration.state.kind).toBe('registered')
    expect(bench.observations.at(-1)).toMatch(
      /^binding-missing: the registrar agreed and lists <sip:alice@203\.0\.113\.7:40000>;expires=60: <sip:alice@/,
    )
  })
})
