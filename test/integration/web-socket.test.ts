import { once } from 'node:events'
import { createServer, connect, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { frameOf } from '../../electron/engine/trace/capture/web-socket-write.ts'
import { Engines, until } from '../harness/engines.ts'
import { temporaryFolders } from '../harness/folders.ts'
import { request } from '../harness/messages.ts'
import { ringback } from '../harness/process.ts'

const engines = new Engines()
const folder = temporaryFolders()
const servers: (Server | WebSocketServer)[] = []
const sockets: (Socket | WebSocket)[] = []
afterEach(async () => {
  await engines.close()
  for (const socket of sockets.splice(0)) {
    if (socket instanceof WebSocket) socket.terminate()
    else socket.destroy()
  }
  for (const server of servers.splice(0)) server.close()
})

const listener = (transport: 'ws' | 'wss') => [{ transport, address: '127.0.0.1', port: 0 }]
const options = (branch: string) => request({ method: 'OPTIONS', branch: `z9hG4bK${branch}` })

/** A peer of the agent with what it hears. */
async function open(port: number, headers: Record<string, string> = {}): Promise<{ ws: WebSocket; heard: string[] }> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, ['sip'], { headers })
  sockets.push(ws)
  const heard: string[] = []
  ws.on('message', (bytes: Buffer) => heard.push(bytes.toString()))
  await once(ws, 'open')
  return { ws, heard }
}

/** The bytes that a raw client is answered with, until the connection is closed. */
async function exchange(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  let answer = ''
  socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
  socket.on('error', () => {})
  for (const part of parts) socket.write(part)
  await once(socket, 'close')
  return answer
}

const upgrade = (lines: readonly string[] = ['Sec-WebSocket-Protocol: sip']) =>
  [
    'GET / HTTP/1.1',
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...lines,
    '',
    '',
  ].join('\r\n')

/** Still there for the next one. */
async function answers(port: number): Promise<void> {
  const { ws, heard } = await open(port)
  ws.send(options('last'))
  await expect.poll(() => heard[0]).toMatch(/^SIP\/2\.0 200/)
}

describe('a call over a WebSocket', () => {
  it.each(['ws', 'wss'] as const)('goes both ways between two of our ends over %s', async (transport) => {
    const agent = await engines.agent({ listeners: listener(transport) })
    const engine = engines.open()
    const { id } = await engine.execute('call.place', {
      uri: `sip:a@127.0.0.1:${agent.port};transport=${transport}`,
      durationMs: 1000,
      tlsInsecure: true,
    })
    const report = await until(engine, id, (_report, ended) => ended)
    expect([report.verdict.kind, report.transport]).toEqual(['two-way-audio', transport])
    expect(report.messages.map((message) => message.transport)).toEqual(report.messages.map(() => transport))
    const invite = report.messages[0]!.raw
    expect(invite).toMatch(new RegExp(`^Via: SIP/2\\.0/${transport.toUpperCase()} (\\w+\\.invalid);branch=`, 'm'))
    expect(invite).toMatch(/^Contact: <sip:ringback@\w+\.invalid;transport=ws>/m)
    expect(report.messages[1]!.raw).toMatch(
      new RegExp(`^Contact: <sip:[^>]*127\\.0\\.0\\.1:${agent.port};transport=ws>`, 'm'),
    )
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    await expect.poll(() => agent.ended.length).toBe(1)
    expect(agent.ended[0]).toMatchObject({ transport, timeline: { endedBy: 'peer' } })
  })

  it('is read from its capture as it was, with the same figures', async () => {
    const agent = await engines.agent({ listeners: listener('ws') })
    const engine = engines.open()
    const pcapTo = join(folder(), 'call.pcap')
    const uri = `sip:a@127.0.0.1:${agent.port};transport=ws`
    const { id } = await engine.execute('call.place', { uri, durationMs: 1000, pcapTo })
    const report = await until(engine, id, (_report, ended) => ended)
    const { stdout } = await ringback(['inspect', pcapTo, '--json']).finished
    const [call] = (JSON.parse(stdout) as { calls: (typeof report)[] }).calls
    expect(call!.messages.map(({ startLine, transport }) => [transport, startLine])).toEqual(
      report.messages.map(({ startLine }) => ['ws', startLine]),
    )
    expect(call!.verdict.kind).toBe('two-way-audio')
  })
})

describe('the handshake of a WebSocket', () => {
  it.each([
    ['of no subprotocol', [], '400', /does not offer the subprotocol sip/],
    ['of another subprotocol', ['Sec-WebSocket-Protocol: xmpp, mqtt'], '400', /subprotocol sip/],
    ['of a foreign page', ['Sec-WebSocket-Protocol: sip', 'Origin: https://evil.example'], '403', /evil\.example/],
    ['of a page without an origin', ['Sec-WebSocket-Protocol: sip', 'Origin: null'], '403', /null/],
    ['of an unknown version', ['Sec-WebSocket-Protocol: sip', 'Sec-WebSocket-Version: 99'], '400', /400 Bad Request/],
  ])('%s is refused, and says why', async (_name, lines, status, text) => {
    const agent = await engines.agent({ listeners: listener('ws') })
    const answer = await exchange(agent.port, upgrade(lines))
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`))
    expect(answer).toMatch(text)
    await answers(agent.port)
  })

  it('is done for the pages that the agent allows, and for those of this computer', async () => {
    const agent = await engines.agent({ listeners: listener('ws'), origins: ['https://phone.example'] })
    for (const Origin of ['https://phone.example', 'http://localhost:8080']) await open(agent.port, { Origin })
    await answers(agent.port)
  })

  it.each([
    ['a page is asked for', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 426 Upgrade Required/],
    ['SIP comes without one', options('raw'), /^$/],
    ['rubbish comes', '\x16\x03\x01\x02\x00\x01\x00', /^$/],
    ['its head has no end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}`, /^$/],
  ])('is none where %s', async (_name, bytes, answer) => {
    const agent = await engines.agent({ listeners: listener('ws') })
    expect(await exchange(agent.port, bytes)).toMatch(answer)
    await answers(agent.port)
  })

  it.each(['', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: webs'])(
    'that stops half-way is given up in time: %j',
    async (begun) => {
      const agent = await engines.agent({ listeners: listener('ws'), limits: { headerSeconds: 1 } })
      await exchange(agent.port, begun)
      await answers(agent.port)
    },
  )
})

describe('frames of a WebSocket', () => {
  const masked = (first: number, ...length: readonly number[]) => Buffer.from([first, ...length, 0, 0, 0, 0])
  const codeIn = (answer: string) => {
    const bytes = Buffer.from(answer, 'latin1')
    const at = bytes.indexOf('\r\n\r\n') + 4
    return bytes[at] === 0x88 ? bytes.readUInt16BE(at + 2) : null
  }

  it.each([
    ['are longer than a message may be', 1009, masked(0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0)],
    ['say a length that no computer has', 1009, masked(0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255)],
    ['are not masked', 1002, Buffer.from([0x81, 1, 65])],
    ['say that they are compressed', 1002, masked(0xc1, 0x80)],
    ['have an opcode that is none', 1002, masked(0x83, 0x80)],
    ['go on with what was not begun', 1002, masked(0x80, 0x80)],
    ['say that bytes are text which are not', 1007, Buffer.concat([masked(0x81, 0x82), Buffer.from([0xff, 0xfe])])],
    ['are a ping longer than one may be', 1002, masked(0x89, 0xfe, 0, 200)],
    [
      'cut a message into more than a thousand pieces',
      1008,
      Buffer.concat([
        masked(0x01, 0x80),
        ...Array.from({ length: 1100 }, () => Buffer.from([0, 0x81, 0, 0, 0, 0, 65])),
      ]),
    ],
  ])('that %s end the connection with code %i', async (_name, code, bytes) => {
    const agent = await engines.agent({ listeners: listener('ws') })
    expect(codeIn(await exchange(agent.port, upgrade(), bytes))).toBe(code)
    await answers(agent.port)
  })

  it('that announce more than comes end it when the time for a message is over', async () => {
    const agent = await engines.agent({ listeners: listener('ws'), limits: { headerSeconds: 1 } })
    const begun = frameOf(Buffer.from(options('half')), true).subarray(0, 100)
    expect(codeIn(await exchange(agent.port, upgrade(), begun))).toBe(1001)
    await answers(agent.port)
  })

  it('of text and of bytes, whole and in pieces, are the same to us, and are answered as text', async () => {
    const agent = await engines.agent({ listeners: listener('ws') })
    const { ws, heard } = await open(agent.port)
    const binary: boolean[] = []
    ws.on('message', (_bytes, isBinary) => binary.push(isBinary))
    ws.send(options('text'))
    ws.send(Buffer.from(options('bytes')))
    const text = options('pieces')
    ws.send(text.slice(0, 50), { fin: false })
    ws.send(text.slice(50))
    await expect.poll(() => heard.length).toBe(3)
    expect(heard.every((answer) => answer.startsWith('SIP/2.0 200'))).toBe(true)
    expect(binary).toEqual([false, false, false])
    ws.ping()
    await once(ws, 'pong')
  })
})

describe('a server that opens no WebSocket for SIP', () => {
  const failure = async (port: number, uri = `sip:a@127.0.0.1:${port};transport=ws`) => {
    const engine = engines.open()
    const { id } = await engine.execute('call.place', { uri, durationMs: 1000, tlsInsecure: true })
    const { findings, outcome } = await until(engine, id, (_report, ended) => ended)
    expect(outcome).toBe('failed')
    return findings.map(({ sentence }) => sentence).join(' ')
  }
  const plain = async (answer: string) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(answer))
    })
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as { port: number }).port
  }

  it('is named with what it answers', async () => {
    const port = await plain('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
    expect(await failure(port)).toContain('it opens no WebSocket at /: it answers 404 Not Found')
  })

  it('is named where it speaks no HTTP, or breaks off', async () => {
    expect(await failure(await plain('SIP/2.0 400 Bad Request\r\n\r\n'))).toContain('it does not speak HTTP')
    expect(await failure(await plain(''))).toContain('it closed the connection at the WebSocket handshake')
  })

  it('is named where it speaks another subprotocol', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => false })
    servers.push(server)
    await once(server, 'listening')
    expect(await failure((server.address() as { port: number }).port)).toContain('none for SIP (subprotocol sip)')
  })

  it('is named where it has no TLS', async () => {
    const agent = await engines.agent({ listeners: listener('ws') })
    expect(await failure(agent.port, `sip:a@127.0.0.1:${agent.port};transport=wss`)).toContain('TLS')
  })
})
