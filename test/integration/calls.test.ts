import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { toneShare } from '../../electron/engine/media/audio/tones.ts'
import { stateOf } from '../../electron/shell/host.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { Engines, callAndWait, over, until } from '../harness/engines.ts'
import { startNameServer } from '../harness/name-server.ts'
import { freePort } from '../harness/process.ts'
import { request, sdp } from '../harness/messages.ts'

const engines = new Engines()
afterEach(() => engines.close())

const answered = (report: { timeline: { answeredAt: string | null } }) => report.timeline.answeredAt !== null

describe('our two ends', () => {
  it('hold and resume from either side, and a held call is no one-way call', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'tone', hz: 500 } } })
    const phone = engines.open()
    const { id } = await phone.execute('call.place', {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      source: { kind: 'tone', hz: 700 },
    })
    await until(phone, id, (report) => report.streams.length === 2)
    await phone.execute('call.hold', { id, on: true })
    expect((await phone.execute('call.report', { id })).media.at(-1)!.direction).toBe('sendonly')
    await phone.execute('call.hold', { id, on: false })
    const [theirs] = stateOf(agent.engine).filter((change) => change.kind === 'call')
    await agent.engine.execute('call.hold', { id: theirs!.call.id, on: true })
    expect((await phone.execute('call.report', { id })).media.at(-1)!.direction).toBe('recvonly')
    await agent.engine.execute('call.hold', { id: theirs!.call.id, on: false })
    const report = await phone.execute('call.report', { id })
    expect(report.media.map(({ direction }) => direction)).toEqual([
      'sendrecv',
      'sendonly',
      'sendrecv',
      'recvonly',
      'sendrecv',
    ])
    await phone.execute('call.hangUp', { id })
    const { findings } = await until(phone, id, over)
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([])
  })

  it('let the peer hear music while it is on hold, by a command, at a time and in a script', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'silence' } } })
    const phone = engines.open()
    const loudest = (report: CallReport) => report.streams.find(({ toPeer }) => toPeer === true)?.level?.peakDbfs ?? -96
    const uri = `sip:x@127.0.0.1:${agent.port}`
    const music = { kind: 'tone' as const, hz: 900 }
    const { id } = await phone.execute('call.place', { uri, source: { kind: 'silence' } })
    await until(phone, id, (report) => report.streams.length === 2)
    await phone.execute('call.hold', { id, on: true, music })
    await until(phone, id, (report) => loudest(report) > -20)
    await phone.execute('call.hold', { id, on: false })
    await phone.execute('call.hangUp', { id })
    await until(phone, id, over)
    const timeline = [{ kind: 'hold' as const, atMs: 100, music }]
    const timed = await callAndWait(phone, { uri, source: { kind: 'silence' }, timeline, durationMs: 700 })
    expect([loudest(timed) > -20, timed.media.at(-1)!.direction]).toEqual([true, 'sendonly'])
    const script = [
      { kind: 'hold' as const, music },
      { kind: 'wait' as const, ms: 500 },
    ]
    const scripted = await callAndWait(phone, { uri, source: { kind: 'silence' }, script })
    expect([loudest(scripted) > -20, scripted.findings]).toEqual([true, []])
    await expect(
      phone.execute('call.place', { uri, timeline: [{ ...timeline[0]!, music: { kind: 'file', path: '/none.wav' } }] }),
    ).rejects.toThrow(/none\.wav/)
  })

  it.each([
    ['rfc4733', /digit 7 received as telephone-event/],
    ['info', /digit 7 received by INFO/],
  ] as const)('carry digits by %s', async (mode, text) => {
    const agent = await engines.agent()
    const phone = engines.open()
    await callAndWait(phone, { uri: `sip:x@127.0.0.1:${agent.port}`, dtmf: '7#', dtmfMode: mode, durationMs: 1500 })
    await expect.poll(() => agent.ended.length).toBe(1)
    const heard = agent.ended[0]!.observations.filter(({ kind }) => kind === 'digit-received').map(
      (observation) => observation.text,
    )
    expect(heard).toHaveLength(2)
    expect(heard[0]).toMatch(text)
  })

  it('carry digits as tones in the audio, which a recording of the other end shows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-dtmf-'))
    try {
      const agent = await engines.agent({ recordDirectory: folder })
      await callAndWait(engines.open(), {
        uri: `sip:x@127.0.0.1:${agent.port}`,
        source: { kind: 'silence' },
        dtmf: '19',
        dtmfMode: 'inband',
        durationMs: 1800,
      })
      await expect.poll(() => agent.ended.length).toBe(1)
      const data = readFileSync(join(folder, readdirSync(folder)[0]!)).subarray(44)
      const heard = Int16Array.from({ length: data.length / 4 }, (_, i) => data.readInt16LE(i * 4 + 2))
      const frames = Array.from({ length: Math.floor(heard.length / 160) }, (_, i) =>
        heard.subarray(i * 160, i * 160 + 160),
      )
      const both = (low: number, high: number) =>
        frames.filter((frame) => toneShare(frame, low, 8000) > 0.3 && toneShare(frame, high, 8000) > 0.3).length
      expect(both(697, 1209)).toBeGreaterThanOrEqual(6)
      expect(both(852, 1477)).toBeGreaterThanOrEqual(6)
      expect(both(941, 1336)).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each(['udp', 'tcp', 'tls'] as const)('talk over IPv6 and %s', async (transport) => {
    const agent = await engines.agent({ listeners: [{ transport, address: '::1', port: 0 }] })
    const phone = engines.open()
    const report = await callAndWait(phone, {
      uri: `sip:x@[::1]:${agent.port}`,
      transport,
      tlsInsecure: true,
      durationMs: 1800,
    })
    expect(report.verdict.kind).toBe('two-way-audio')
    expect(report.streams[0]!.source).toMatch(/^\[::1\]:/)
    expect(report.messages.find(({ startLine }) => startLine.startsWith('BYE'))).toBeDefined()
  })

  it('move a large INVITE to TCP where the transport is open, and say so', async () => {
    const port = await freePort()
    await engines.agent({
      listeners: [
        { transport: 'udp', address: '127.0.0.1', port },
        { transport: 'tcp', address: '127.0.0.1', port },
      ],
    })
    const headers = Array.from({ length: 12 }, (_, i) => ({ name: `X-Long-${i}`, value: 'y'.repeat(100) }))
    const open = await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${port}`, headers, durationMs: 300 })
    expect(open.transport).toBe('tcp')
    expect(open.observations.some(({ text }) => /more than 1300: it goes over TCP/.test(text))).toBe(true)
    const fixed = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${port};transport=udp`,
      headers,
      durationMs: 300,
    })
    expect(fixed.transport).toBe('udp')
    expect(fixed.observations.some(({ text }) => /stays on UDP because the transport was chosen/.test(text))).toBe(true)
  })

  it('fail over to the next target of an SRV record when the first refuses to connect; steps are shown', async () => {
    const [dead, agent] = [
      await freePort(),
      await engines.agent({ listeners: [{ transport: 'tcp', address: '127.0.0.1', port: 0 }] }),
    ]
    const names = await startNameServer({
      'trunk.example': [
        {
          type: 'NAPTR',
          name: 'trunk.example',
          ttl: 1,
          data: {
            order: 1,
            preference: 1,
            flags: 's',
            services: 'SIP+D2T',
            regexp: '',
            replacement: '_sip._tcp.trunk.example',
          },
        },
      ],
      '_sip._tcp.trunk.example': [
        {
          type: 'SRV',
          name: '_sip._tcp.trunk.example',
          ttl: 1,
          data: { priority: 1, weight: 1, port: dead, target: 'a.trunk.example' },
        },
        {
          type: 'SRV',
          name: '_sip._tcp.trunk.example',
          ttl: 1,
          data: { priority: 2, weight: 1, port: agent.port, target: 'a.trunk.example' },
        },
      ],
      'a.trunk.example': [{ type: 'A', name: 'a.trunk.example', ttl: 1, data: '127.0.0.1' }],
    })
    try {
      const report = await callAndWait(engines.open({ dnsServers: [names.address] }), {
        uri: 'sip:x@trunk.example',
        localAddress: '127.0.0.1',
        durationMs: 300,
      })
      expect(report).toMatchObject({ outcome: 'answered', transport: 'tcp' })
      const steps = report.observations.map(({ text }) => text)
      expect(steps.some((text) => text.startsWith('NAPTR trunk.example: 1 1 SIP+D2T'))).toBe(true)
      expect(steps.some((text) => text.includes(`tcp 127.0.0.1:${dead}: connection refused`))).toBe(true)
    } finally {
      names.close()
    }
  })

  it('refuse with 404 whom the agent does not know, and ring without answering', async () => {
    const agent = await engines.agent({ identifiers: ['alice'] })
    expect(await callAndWait(engines.open(), { uri: `sip:bob@127.0.0.1:${agent.port}` })).toMatchObject({
      status: { code: 404 },
      refusedBy: 'number',
    })
    const ringing = await engines.agent({ behaviour: { kind: 'ring' } })
    const report = await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${ringing.port}`, ringTimeoutMs: 400 })
    expect(report).toMatchObject({
      outcome: 'no-answer',
      timeline: { ringingAt: expect.any(String), answeredAt: null },
    })
  })

  it('say within seconds that an agent drops calls, which answers what else it is asked', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'ignore' } })
    const phone = engines.open()
    const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}` })
    const report = await until(phone, id, ({ findings }) => findings.length > 0)
    expect(report.findings[0]).toMatchObject({ rule: 'dropped-by-policy', severity: 'fault' })
    expect(report.messages.filter(({ retransmissionOf }) => retransmissionOf === 0).length).toBeGreaterThan(1)
    await phone.execute('call.hangUp', { id })
  })

  it('know that a peer sends silence', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'silence' } } })
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      source: { kind: 'tone', hz: 500 },
      durationMs: 1800,
    })
    expect(report.verdict).toMatchObject({ kind: 'one-way-audio', missing: 'from-peer' })
    expect(report.findings.map(({ rule }) => rule)).toEqual(['silent-from-peer'])
  })
})

describe('bad input from the network', () => {
  it('garbage on TCP, half messages and lying lengths close that connection and touch no other call', async () => {
    const agent = await engines.agent({ listeners: [{ transport: 'tcp', address: '127.0.0.1', port: 0 }] })
    const phone = engines.open()
    const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port};transport=tcp` })
    await until(phone, id, answered)
    const whole = request({ uri: 'sip:x@127.0.0.1' })
    const hostile = [
      'GET / HTTP/1.1\r\n\r\n',
      `INVITE sip:a@b SIP/2.0\r\nX: ${'a'.repeat(70_000)}`,
      whole.replace(/Content-Length: \d+/, 'Content-Length: 99999999999'),
      whole.replace(/Content-Length: \d+/, 'Content-Length: -5'),
      '\u0000'.repeat(100_000),
    ]
    for (const bytes of hostile) {
      await new Promise<void>((resolve) => {
        const socket = connect(agent.port, '127.0.0.1', () => void socket.write(bytes))
        socket.on('error', () => {})
        socket.once('close', () => resolve())
        setTimeout(() => socket.destroy(), 1500)
      })
    }
    const half = connect(agent.port, '127.0.0.1', () => void half.write(whole.slice(0, 100)))
    half.on('error', () => {})
    expect((await phone.execute('call.report', { id })).outcome).toBe('answered')
    await phone.execute('call.hangUp', { id })
    expect(await until(phone, id, over)).toMatchObject({ verdict: { kind: expect.stringMatching(/two-way|unknown/) } })
    half.destroy()
  })

  it('ten thousand messages of noise leave a call whole', async () => {
    const agent = await engines.agent()
    const phone = engines.open()
    const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}` })
    await until(phone, id, answered)
    const socket = createSocket('udp4')
    const noise = [
      Buffer.from('hello'),
      Buffer.alloc(1400, 0xff),
      Buffer.from('SIP/2.0 200 OK\r\n\r\n'),
      Buffer.from(request({ method: 'OPTIONS' }).replace('CSeq: 1', 'CSeq: x')),
      Buffer.from('INVITE \u0000 SIP/2.0\r\n\r\n'),
    ]
    for (let i = 0; i < 10_000; i++) {
      socket.send(noise[i % noise.length]!, agent.port, '127.0.0.1')
      if (i % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 15))
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const report = await phone.execute('call.report', { id })
    expect(report.verdict.kind).toBe('two-way-audio')
    expect(report.streams.every(({ lost }) => lost === 0)).toBe(true)
    await phone.execute('call.hangUp', { id })
    expect((await until(phone, id, over)).messages.at(-1)!.startLine).toBe('SIP/2.0 200 OK')
    socket.close()
  })

  it('RTP of the wrong size or version is named and harms nothing', async () => {
    const agent = await engines.agent()
    const phone = engines.open()
    const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}` })
    const { media } = await until(phone, id, (report) => report.media.length > 0 && report.timeline.answeredAt !== null)
    const port = Number(media[0]!.local.split(':')[1])
    const socket = createSocket('udp4')
    for (const bytes of [
      Buffer.alloc(3),
      Buffer.alloc(200, 0x40),
      Buffer.from('9fffffffffffffffffffffffffff', 'hex'),
      Buffer.alloc(60_000, 0x80),
    ])
      socket.send(bytes, port, '127.0.0.1')
    socket.send(Buffer.alloc(9), port + 1, '127.0.0.1')
    const report = await until(
      phone,
      id,
      ({ observations }) => observations.filter(({ kind }) => kind === 'rtp-garbage').length >= 3,
    )
    expect(
      report.observations
        .filter(({ kind }) => kind === 'rtp-garbage')
        .map(({ text }) => text)
        .join('; '),
    ).toMatch(/too few for an RTP header.*version 1 is not 2/)
    await phone.execute('call.hangUp', { id })
    socket.close()
  })
})

describe('a peer whose Contact cannot be connected to', () => {
  it('still gets ACK and BYE, over the connection that the call came by', async () => {
    const [port, dead] = [await freePort(), await freePort()]
    const seen: string[] = []
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        const text = chunk.toString()
        const method = text.split(' ')[0]!
        seen.push(method)
        if (method === 'ACK') return
        const copied = text
          .split('\r\n')
          .filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line))
          .join('\r\n')
        const to = /^To: .*$/m.exec(text)![0].trim()
        const body = method === 'INVITE' ? sdp('127.0.0.1', dead) : ''
        socket.write(
          `SIP/2.0 200 OK\r\n${copied}\r\n${to.includes('tag=') ? to : `${to};tag=p`}\r\n` +
            `Contact: <sip:p@127.0.0.1:${dead};transport=tcp>\r\n` +
            `${body ? 'Content-Type: application/sdp\r\n' : ''}Content-Length: ${body.length}\r\n\r\n${body}`,
        )
      })
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    try {
      const report = await callAndWait(engines.open(), {
        uri: `sip:p@127.0.0.1:${port};transport=tcp`,
        durationMs: 300,
      })
      expect(seen).toEqual(['INVITE', 'ACK', 'BYE'])
      expect(report.messages.at(-1)!.startLine).toBe('SIP/2.0 200 OK')
    } finally {
      server.close()
    }
  })
})
