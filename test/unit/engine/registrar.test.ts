import { describe, expect, it } from 'vitest'
import { Bindings } from '../../../electron/engine/agent/bindings.ts'
import { Registrar } from '../../../electron/engine/agent/registrar.ts'
import { headerList } from '../../../shared/wire/sip/message.ts'
import { parseRequest } from '../../harness/messages.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const policy = {
  realm: 'trunk',
  credentials: [],
  allowedAddresses: [],
  minExpiresS: 60,
  maxExpiresS: 3600,
  usualExpiresS: 1800,
  mostContacts: 3,
}

let sequence = 1
interface Sent {
  readonly contacts?: readonly string[]
  readonly expires?: number
  readonly callId?: string
  readonly cseq?: number
  readonly to?: string
}
const asked = ({ contacts = [], expires, callId = 'r1', cseq = sequence++, to = '<sip:alice@x>' }: Sent) => {
  const lifetime = expires === undefined ? '' : `Expires: ${expires}\n`
  return parseRequest(
    `REGISTER sip:x SIP/2.0
Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1
From: <sip:alice@x>;tag=a
To: ${to}
Call-ID: ${callId}
CSeq: ${cseq} REGISTER
${contacts.map((value) => `Contact: ${value}\n`).join('')}${lifetime}Content-Length: 0

`,
  )
}

function registrar(parts: Partial<typeof policy> = {}) {
  const clock = new VirtualClock()
  let changes = 0
  const made = new Registrar({ ...policy, ...parts }, clock, predictableRandom(), () => changes++)
  return {
    clock,
    made,
    changes: () => changes,
    send: (sent: Sent, host = '192.0.2.9') => {
      const { status, headers } = made.register(asked(sent), { remote: { host, port: 5060 } })
      return [status, ...headerList({ headers }, 'contact')]
    },
  }
}

describe('a registrar', () => {
  it('keeps bindings for as long as was asked, and lists them', async () => {
    const { send, made, clock, changes } = registrar()
    expect(send({ contacts: ['<sip:a@192.0.2.9:5062>;expires=120'] })).toEqual([
      200,
      '<sip:a@192.0.2.9:5062>;expires=120',
    ])
    await clock.advance(20_000)
    expect(send({})).toEqual([200, '<sip:a@192.0.2.9:5062>;expires=100'])
    expect(made.views()).toMatchObject([{ user: 'alice', contact: 'sip:a@192.0.2.9:5062', source: '192.0.2.9:5060' }])
    await clock.advance(100_000)
    expect([send({}), made.contacts('alice'), changes()]).toEqual([[200], [], 2])
    made.close()
    expect(clock.pending).toBe(0)
  })

  it('has several contacts of one user, the preferred first, with their parameters as they came', () => {
    const { send, made } = registrar()
    const instance = '<sip:b@192.0.2.9>;+sip.instance="<urn:uuid:1>";q=0.9'
    send({ contacts: ['<sip:a@192.0.2.9>;q=0.1', `${instance};expires=600`] })
    expect(made.contacts('alice')).toEqual([instance, '<sip:a@192.0.2.9>;q=0.1'])
    send({ contacts: ['<sip:a@192.0.2.9;transport=tcp>;q=0.5'], callId: 'r2' })
    expect(made.contacts('alice').length).toBe(3)
    expect(send({ contacts: ['<sip:z@192.0.2.9>'] })[0]).toBe(403)
  })

  it('asks for the usual time, no more than the longest, and refuses what is too brief', () => {
    const { send, made } = registrar()
    const contacts = ['<sip:a@192.0.2.9>']
    expect(send({ contacts })).toEqual([200, '<sip:a@192.0.2.9>;expires=1800'])
    expect(send({ contacts, expires: 99_999 })).toEqual([200, '<sip:a@192.0.2.9>;expires=3600'])
    const brief = made.register(asked({ contacts, expires: 30 }), { remote: { host: '192.0.2.9', port: 5060 } })
    expect([brief.status, brief.headers.map(({ name, value }) => `${name}: ${value}`)]).toEqual([
      423,
      ['Min-Expires: 60'],
    ])
    expect(send({})).toEqual([200, '<sip:a@192.0.2.9>;expires=3600'])
  })

  it('lets go of one contact, or of all of them', () => {
    const { send } = registrar()
    send({ contacts: ['<sip:a@192.0.2.9>', '<sip:b@192.0.2.9>'] })
    expect(send({ contacts: ['<sip:a@192.0.2.9>;expires=0'] })).toEqual([200, '<sip:b@192.0.2.9>;expires=1800'])
    expect(send({ contacts: ['*'], expires: 60 })[0]).toBe(400)
    expect(send({ contacts: ['*', '<sip:a@192.0.2.9>'], expires: 0 })[0]).toBe(400)
    expect(send({ contacts: ['*'], expires: 0 })).toEqual([200])
  })

  it('changes nothing where something of it cannot be done', () => {
    const { send } = registrar()
    expect(send({ contacts: ['<sip:a@192.0.2.9>', '<sip:b@192.0.2.9>;expires=5'] })[0]).toBe(423)
    expect(send({ contacts: ['<sip:a@192.0.2.9>', '<tel:+1>'] })[0]).toBe(400)
    expect(send({})).toEqual([200])
  })

  it('reads no more contacts than may come and go at once', () => {
    const { send } = registrar()
    const many = Array.from({ length: 7 }, (_, i) => `<sip:a${i}@192.0.2.9>;expires=0`)
    expect(send({ contacts: many.slice(1) })).toEqual([200])
    expect(send({ contacts: many })[0]).toBe(403)
  })

  it('takes no REGISTER of one Call-ID that comes out of order', () => {
    const { send } = registrar()
    const contacts = ['<sip:a@192.0.2.9>']
    send({ contacts, cseq: 100 })
    expect(send({ contacts, expires: 0, cseq: 100 })[0]).toBe(500)
    expect(send({ contacts: ['*'], expires: 0, cseq: 99 })[0]).toBe(500)
    expect(send({ contacts, expires: 0, cseq: 1, callId: 'other' })).toEqual([200])
  })

  it('asks who it is where it has users, and looks at addresses before', () => {
    const secured = registrar({ credentials: [{ username: 'alice', password: 'pw' }] as never })
    expect(secured.send({ contacts: ['<sip:a@192.0.2.9>'] })[0]).toBe(401)
    expect(registrar({ allowedAddresses: ['10.0.0.0/8'] as never }).send({})[0]).toBe(403)
  })

  it('gives a Contact out as it came, whatever stands in its quotes', () => {
    const { send } = registrar()
    const given = (value: string) => send({ contacts: [value] })[1]
    const named = '"sip:a@192.0.2.9, \\"<b>\\"; expires=1" <sip:a@192.0.2.9>'
    expect(given(`${named};q=0.5`)).toBe('<sip:a@192.0.2.9>;q=0.5;expires=1800')
    const quoted = ';+sip.instance="<urn:x:1;expires=5>"'
    expect(given(`<sip:a@192.0.2.9>; Expires = 90${quoted}`)).toBe(`<sip:a@192.0.2.9>${quoted};expires=90`)
  })

  it('takes the last of one contact that stands twice in a request', () => {
    const { send } = registrar()
    const contact = '<sip:a@192.0.2.9>'
    expect(send({ contacts: [contact, `${contact};expires=90`] })).toEqual([200, `${contact};expires=90`])
    expect(send({ contacts: [contact, `${contact};expires=0`] })).toEqual([200])
  })

  it('knows a user and a contact by what they mean, however they are escaped', () => {
    const { send, made } = registrar()
    send({ contacts: ['<sip:%2b1555@192.0.2.9>'], to: '<sip:al%69ce@x>' })
    expect(send({ contacts: ['<sip:+1555@192.0.2.9>'] })).toEqual([200, '<sip:+1555@192.0.2.9>;expires=1800'])
    expect([made.contacts('%61lice').length, made.contacts('a%zz').length]).toEqual([1, 0])
  })

  it('waits for the first of any number of bindings to be over', async () => {
    const clock = new VirtualClock()
    const now = clock.monotonicMs()
    let changes = 0
    const bindings = new Bindings(clock, () => changes++)
    const [user, uri, contact, source] = ['a', 'sip:a@x', '<sip:a@x>', '192.0.2.9:5060']
    const one = {
      uri,
      contact,
      source,
      q: 1,
      callId: 'c',
      cseq: 1,
      userAgent: null,
      expiresS: 60,
      endsMs: now + 60_000,
    }
    bindings.set(
      user,
      Array.from({ length: 200_000 }, () => one),
    )
    bindings.set('b', [{ ...one, endsMs: now + 30_000 }])
    bindings.set('c', [{ ...one, endsMs: now + 90_000 }])
    await clock.advance(30_000)
    expect([changes, bindings.size]).toEqual([4, 2])
    await clock.advance(30_000)
    expect(bindings.users).toEqual(['c'])
    bindings.set('c', [])
    expect(clock.pending).toBe(0)
  })

  it('knows nobody without a user', () => {
    expect(registrar().send({ contacts: ['<sip:a@192.0.2.9>'], to: '<sip:x>' })[0]).toBe(404)
  })
})
