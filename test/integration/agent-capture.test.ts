import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCapture } from '../../electron/engine/trace/capture/pcap-read.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { request } from '../harness/messages.ts'
import { Payloads } from '../harness/payloads.ts'

let folder = ''
const engines = new Engines()
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ringback-agent-capture-'))))
afterEach(async () => {
  await engines.close()
  rmSync(folder, { recursive: true })
})

/** The first words of the messages in a capture, in their order, and the number of its other packets. */
async function contentOf(path: string): Promise<{ readonly lines: string[]; readonly packets: number }> {
  const lines: string[] = []
  let packets = 0
  const add = (payload: Uint8Array) => {
    const text = Buffer.from(payload).toString('latin1')
    if (/^[A-Z]+ sip:|^SIP\/2\.0 /.test(text))
      lines.push(text.startsWith('SIP') ? text.slice(8, 11) : text.split(' ')[0]!)
    else packets++
  }
  const payloads = new Payloads()
  const { problems } = await readCapture(path, { frame: (bytes, from, to) => payloads.frame(bytes, from, to) })
  expect(problems).toEqual([])
  payloads.found.forEach(add)
  return { lines, packets }
}

/** Sends a request by UDP and waits for what comes back. */
async function ask(port: number, text: string): Promise<string> {
  const socket = createSocket('udp4')
  try {
    const answer = new Promise<string>((resolve) => socket.once('message', (bytes) => resolve(bytes.toString())))
    socket.send(text, port, '127.0.0.1')
    return await answer
  } finally {
    socket.close()
  }
}

describe('the capture of an agent', () => {
  it("holds what strangers sent and became no call, and its calls' messages and packets, each once", async () => {
    const pcapTo = join(folder, 'all.pcap')
    const agent = await engines.agent({ pcapTo })
    for (const method of ['OPTIONS', 'REGISTER', 'SUBSCRIBE'])
      expect(await ask(agent.port, request({ method, callId: method, branch: `z9hG4bK${method}` }))).toMatch(
        /^SIP\/2.0/,
      )
    const report = await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${agent.port}`, durationMs: 600 })
    await agent.engine.execute('agent.stop', { id: agent.id })
    await expect.poll(() => agent.ended.length).toBe(1)
    const { lines, packets } = await contentOf(pcapTo)
    const [ours] = agent.ended
    expect(lines.filter((line) => ['OPTIONS', 'REGISTER', 'SUBSCRIBE'].includes(line))).toEqual([
      'OPTIONS',
      'REGISTER',
      'SUBSCRIBE',
    ])
    expect(lines).toHaveLength(ours!.messages.length + 6)
    expect(report.outcome).toBe('answered')
    expect(packets).toBeGreaterThanOrEqual(ours!.streams.reduce((sum, stream) => sum + stream.packets, 0))
  })

  it('holds those of a stream transport too', async () => {
    const pcapTo = join(folder, 'tcp.pcap')
    const agent = await engines.agent({ pcapTo, listeners: [{ transport: 'tcp', address: '127.0.0.1', port: 0 }] })
    const socket = connect(agent.port, '127.0.0.1')
    socket.write(request({ method: 'OPTIONS' }).replace('SIP/2.0/UDP', 'SIP/2.0/TCP'))
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    await agent.engine.execute('agent.stop', { id: agent.id })
    expect((await contentOf(pcapTo)).lines).toEqual(['OPTIONS', '200'])
  })

  it('that cannot be made keeps the agent from starting', async () => {
    await expect(engines.agent({ pcapTo: join(folder, 'none', 'x.pcap') })).rejects.toThrow('make the folder first')
  })

  it('that cannot be written says so while the agent runs and when it stops', async () => {
    const agent = await engines.agent({ pcapTo: '/dev/full' })
    expect(agent.engine.notices).toEqual(['writing /dev/full stopped: the disk is full'])
    await expect(agent.engine.execute('agent.stop', { id: agent.id })).rejects.toThrow('the disk is full')
    await expect(agent.engine.execute('agent.stop', { id: agent.id })).rejects.toThrow('there is no agent')
  })
})
