import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { header } from '../../shared/wire/sip/message.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { selfSigned } from '../../electron/engine/sip/transport/self-signed.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { ringback } from '../harness/process.ts'

const engines = new Engines()
afterEach(() => engines.close())

describe('certificates', () => {
  it('of an agent are its own, and a caller that trusts their CA calls it without accepting any other', async () => {
    const identity = await selfSigned('127.0.0.1')
    const listeners = [{ transport: 'tls' as const, address: '127.0.0.1', port: 0 }]
    const agent = await engines.agent({ listeners, tlsIdentity: identity })
    const uri = `sip:x@127.0.0.1:${agent.port};transport=tls`
    const report = await callAndWait(engines.open(), { uri, tlsCa: identity.cert, durationMs: 300 })
    expect(report.outcome).toBe('answered')
    const other = await selfSigned('127.0.0.1')
    const refused = await callAndWait(engines.open(), { uri, tlsCa: other.cert })
    expect([refused.outcome, refused.refusedBy]).toEqual(['failed', 'tls'])
    expect(JSON.stringify(report)).not.toContain('PRIVATE KEY')
  })

  it('are asked for by a sips URI, which is that of our From and Contact too', async () => {
    const identity = await selfSigned('127.0.0.1')
    const listeners = [{ transport: 'tls' as const, address: '127.0.0.1', port: 0 }]
    const agent = await engines.agent({ listeners, tlsIdentity: identity })
    const uri = `sips:x@127.0.0.1:${agent.port}`
    const report = await callAndWait(engines.open(), { uri, tlsCa: identity.cert, durationMs: 300 })
    expect([report.outcome, report.transport, report.requestUri]).toEqual(['answered', 'tls', uri])
    const invite = report.messages[0]!
    expect(invite.raw).toMatch(/^From: <sips:ringback@127\.0\.0\.1>;tag=/m)
    expect(invite.raw).toMatch(/^Contact: <sips:ringback@127\.0\.0\.1:\d+>\r?$/m)
    expect(report.messages.flatMap(({ problems }) => problems)).toEqual([])
  })

  it('of this side are shown to a peer that demands one, and it is said when there is none', async () => {
    const server = await selfSigned('127.0.0.1')
    const ours = await selfSigned('127.0.0.1')
    let shown = ''
    const listener = createServer(
      { ...server, ca: [ours.cert], requestCert: true, rejectUnauthorized: true },
      (socket) => {
        shown = socket.getPeerCertificate().fingerprint256
        socket.end()
      },
    )
    listener.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as { port: number }
    const uri = `sip:x@127.0.0.1:${port};transport=tls`
    try {
      const without = await callAndWait(engines.open(), { uri, tlsCa: server.cert })
      expect(without.observations.map(({ text }) => text).join('\n')).toMatch(
        /the peer demands a certificate of this side: give one with its key/,
      )
      expect(shown).toBe('')
      await callAndWait(engines.open(), { uri, tlsCa: server.cert, tlsIdentity: ours })
      expect(shown).not.toBe('')
    } finally {
      listener.close()
    }
  })
})

/** A registrar that agrees to everything; what was registered. */
async function startRegistrar() {
  const contacts: string[] = []
  const expires: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (bytes, from) => {
    const message = parseSip(bytes)
    if (message.kind !== 'request') return
    contacts.push(header(message, 'contact')!)
    expires.push(header(message, 'expires')!)
    const copied = message.headers.filter(({ key }) =>
      ['via', 'from', 'to', 'call-id', 'cseq', 'contact'].includes(key),
    )
    const lines = copied.map(({ name, value }) => `${name}: ${value}${name === 'To' ? ';tag=r' : ''}`)
    socket.send(`SIP/2.0 200 OK\r\n${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { contacts, expires, port: socket.address().port, close: () => socket.close() }
}

describe('an agent that registers', () => {
  it('is called at the address that it has registered, and removes it in the end', async () => {
    const registrar = await startRegistrar()
    try {
      const agent = await engines.agent({
        listeners: [{ transport: 'udp', address: '127.0.0.1', port: 0 }],
        register: { address: `127.0.0.1:${registrar.port}`, user: 'alice' },
      })
      await expect.poll(() => registrar.contacts.length).toBe(1)
      const uri = registrar.contacts[0]!.slice(1, -1)
      expect(uri).toBe(`sip:alice@127.0.0.1:${agent.port}`)
      const report = await callAndWait(engines.open(), { uri, durationMs: 1500 })
      expect([report.outcome, report.verdict.kind]).toEqual(['answered', 'two-way-audio'])
      await agent.engine.execute('agent.stop', { id: agent.id })
      expect(registrar.expires).toEqual(['600', '0'])
    } finally {
      registrar.close()
    }
  })

  it('as a registration that is kept refuses calls, says so, and has a line for each', async () => {
    const registrar = await startRegistrar()
    const kept = ringback(['register', '--address', `127.0.0.1:${registrar.port}`, '--user', 'alice', '--keep'])
    try {
      await kept.until(/calls to it are refused with 480/)
      const uri = registrar.contacts[0]!.slice(1, -1)
      const { status } = await callAndWait(engines.open(), { uri })
      expect(status?.code).toBe(480)
      await kept.until(/refused 480/)
      expect((await kept.stop('SIGINT')).code).toBe(130)
      expect(registrar.expires).toEqual(['600', '0'])
    } finally {
      await kept.stop('SIGKILL')
      registrar.close()
    }
  })

  it('does not run where it cannot register', async () => {
    await expect(engines.agent({ register: { address: 'sip:x', user: 'alice' } })).rejects.toThrow(/is a URI/)
    await expect(engines.agent({ register: { address: '127.0.0.1' } })).rejects.toThrow(/registering needs a user/)
  })
})

describe('an agent that redirects', () => {
  it('says where to, and the caller shows it and does not follow', async () => {
    const contact = 'sip:other@192.0.2.7'
    const agent = await engines.agent({ behaviour: { kind: 'reject', code: 302, contact } })
    const report = await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${agent.port}` })
    expect(report.status).toMatchObject({ code: 302 })
    expect(report.messages.find(({ startLine }) => startLine.includes('302'))!.raw).toContain(`Contact: <${contact}>`)
    expect(report.observations.map(({ text }) => text)).toContain(
      `redirected to ${contact}: redirections are shown and not followed`,
    )
  })
})

describe('what happens in the middle of a call', () => {
  it('happens at its time, and what cannot be done is said', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'tone', hz: 500 } } })
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      timeline: [
        { atMs: 300, kind: 'hold' },
        { atMs: 700, kind: 'resume' },
        { atMs: 1000, kind: 'dtmf', digits: '7' },
        { atMs: 1300, kind: 'update' },
        { atMs: 1400, kind: 'record', file: '/nowhere/at/all.wav' },
        { atMs: 1600, kind: 'hangup' },
      ],
    })
    expect(report.media.map(({ direction }) => direction)).toEqual(['sendrecv', 'sendonly', 'sendrecv', 'sendrecv'])
    expect(report.messages.filter(({ startLine }) => startLine.startsWith('UPDATE'))).toHaveLength(1)
    expect(report.observations.filter(({ kind }) => kind === 'action-failed').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^record at 1\.4 s: /),
    ])
    expect(report.observations.some(({ kind }) => kind === 'digit-sent')).toBe(true)
    await expect.poll(() => agent.ended.length).toBe(1)
    expect(agent.ended[0]!.observations.some(({ text }) => text.includes('digit 7 received'))).toBe(true)
  })

  it('begins before the answer where the agent has early media', async () => {
    const agent = await engines.agent({
      behaviour: { kind: 'answer', source: { kind: 'tone', hz: 500 } },
      earlyMedia: true,
      requires100rel: true,
      answerDelayMs: 800,
    })
    const report = await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${agent.port}`, durationMs: 1500 })
    const lines = report.messages.map(({ startLine }) => startLine.replace(/ sip:.*/, ''))
    expect(lines.slice(0, 4)).toEqual(['INVITE', 'SIP/2.0 183 Session Progress', 'PRACK', 'SIP/2.0 200 OK'])
    const [first] = report.streams.map(({ startedAt }) => Date.parse(startedAt)).sort((a, b) => a - b)
    expect(first).toBeLessThan(Date.parse(report.timeline.answeredAt!))
    expect([report.verdict.kind, report.findings]).toEqual(['two-way-audio', []])
  })
})

describe('a caller that does not come through the TLS handshake of an agent', () => {
  it('is told of at the agent', async () => {
    const agent = await engines.agent({ listeners: [{ transport: 'tls', address: '127.0.0.1', port: 0 }] })
    const client = connect(agent.port, '127.0.0.1', () => client.write('OPTIONS sip:x SIP/2.0\r\n\r\n'))
    client.on('error', () => {})
    await expect.poll(() => agent.engine.notices.join()).toMatch(/a TLS handshake with 127\.0\.0\.1 failed: /)
    client.destroy()
  })

  it('is told of without an address where the connection is gone', async () => {
    const agent = await engines.agent({ listeners: [{ transport: 'tls', address: '127.0.0.1', port: 0 }] })
    const client = connect(agent.port, '127.0.0.1', () => client.end())
    client.on('error', () => {})
    await expect.poll(() => agent.engine.notices.join()).toMatch(/a TLS handshake failed: the peer closed/)
  })
})
