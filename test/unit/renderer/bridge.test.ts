import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer, type WebSocket as Peer } from 'ws'
import type { Hello, ToEngine, ToWindow } from '../../../shared/contract/channel.ts'
import type { Delta } from '../../../shared/contract/state.ts'

const hello: Hello = { version: '1', profile: null, startedAt: 'now', notices: [] }
const delta = (seq: number): Delta => ({ seq, changes: [] })

/** The shell's end of a connection that was let in: what the window said, and a wait for more. */
class Shell {
  readonly said: ToEngine[] = []
  readonly #peer: Peer
  #news = () => {}

  constructor(peer: Peer) {
    this.#peer = peer
    peer.on('message', (text) => {
      this.said.push(JSON.parse(String(text)) as ToEngine)
      this.#news()
    })
    this.say({ type: 'hello', hello })
  }

  say(message: ToWindow): void {
    this.#peer.send(JSON.stringify(message))
  }

  close(code?: number): void {
    this.#peer.close(code)
  }

  async until(fits: (said: ToEngine) => boolean): Promise<ToEngine> {
    for (;;) {
      const found = this.said.find(fits)
      if (found) return found
      await new Promise<void>((resolve) => (this.#news = resolve))
    }
  }
}

let server: WebSocketServer
const heard: string[] = []
/** The window's ends of all connections. */
const sockets: WebSocket[] = []
const gone = (socket: WebSocket) => (socket.readyState === WebSocket.CLOSED ? null : once(socket, 'close'))

class Seen extends WebSocket {
  constructor(url: string | URL) {
    super(url)
    sockets.push(this)
  }
}

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  vi.stubGlobal('location', { hash: '', href: `http://127.0.0.1:${port}/`, pathname: '/' })
  vi.stubGlobal('WebSocket', Seen)
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  heard.length = 0
})
afterEach(async () => {
  for (const peer of server.clients) peer.terminate()
  server.close()
  await Promise.all(sockets.splice(0).map(gone))
  vi.clearAllTimers()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const nextShell = async () => new Shell(((await once(server, 'connection')) as [Peer])[0])

/** The connection that follows one that is going. */
async function again(): Promise<Shell> {
  await gone(sockets.at(-1)!)
  const shell = nextShell()
  vi.advanceTimersByTime(2000)
  return shell
}

async function connect() {
  const { Bridge } = await import('../../../renderer/bridge.ts')
  const shell = nextShell()
  const bridge = new Bridge({
    hello: ({ version }) => void heard.push(`hello ${version}`),
    delta: ({ seq }) => void heard.push(`delta ${seq}`),
    voice: (message) => void heard.push(`voice ${message}`),
    lost: (locked) => void heard.push(locked ? 'locked' : 'lost'),
  })
  return { bridge, shell: await shell }
}

describe("the window's end of the contract", () => {
  it('hears the engine, and says of each change that it is taken in', async () => {
    const { shell } = await connect()
    for (const seq of [0, 1]) {
      shell.say({ type: 'delta', delta: delta(seq) })
      await shell.until((said) => said.type === 'taken' && said.seq === seq)
    }
    expect(heard).toEqual(['hello 1', 'delta 0', 'delta 1'])
  })

  it('carries what the phone of the window and the engine say', async () => {
    const { bridge, shell } = await connect()
    await shell.until(({ type }) => type === 'watch')
    bridge.voice('INVITE')
    await shell.until((said) => said.type === 'voice' && said.message === 'INVITE')
    shell.say({ type: 'voice', message: 'SIP/2.0 200 OK' })
    shell.say({ type: 'delta', delta: delta(0) })
    await shell.until(({ type }) => type === 'taken')
    expect(heard).toContain('voice SIP/2.0 200 OK')
  })

  it('gives each command its own answer, in whatever order they come', async () => {
    const { bridge, shell } = await connect()
    await shell.until(({ type }) => type === 'watch')
    const first = bridge.execute('trunk.list', {})
    const second = bridge.execute('call.report', { id: 'x' })
    await shell.until((said) => said.type === 'command' && said.name === 'call.report')
    const [one, two] = shell.said.flatMap((said) => (said.type === 'command' ? [said.id] : []))
    shell.say({ type: 'fault', id: two!, kind: 'usage', message: 'there is no call "x"' })
    shell.say({ type: 'result', id: one!, result: [] })
    await expect(second).rejects.toMatchObject({ kind: 'usage', message: 'there is no call "x"' })
    expect(await first).toEqual([])
  })

  it('refuses what waits when the engine goes away, and connects again with what it watched', async () => {
    const { bridge, shell } = await connect()
    await shell.until(({ type }) => type === 'watch')
    bridge.watch(['call-1'])
    const waiting = bridge.execute('trunk.list', {})
    await shell.until(({ type }) => type === 'command')
    shell.close()
    await expect(waiting).rejects.toMatchObject({
      kind: 'disconnected',
      message: expect.stringContaining('whether this was done is not known'),
    })
    await expect(bridge.execute('trunk.list', {})).rejects.toThrow('this was not done')
    expect(await (await again()).until(({ type }) => type === 'watch')).toEqual({ type: 'watch', ids: ['call-1'] })
    expect(heard).toEqual(['hello 1', 'lost', 'hello 1'])
  })

  it('starts again where a change is missing: what it shows would not be so', async () => {
    const { shell } = await connect()
    shell.say({ type: 'delta', delta: delta(0) })
    shell.say({ type: 'delta', delta: delta(2) })
    const fresh = await again()
    fresh.say({ type: 'delta', delta: delta(0) })
    await fresh.until(({ type }) => type === 'taken')
    expect(heard).toEqual(['hello 1', 'delta 0', 'lost', 'hello 1', 'delta 0'])
  })

  it('says that it is locked where it is not let in any more', async () => {
    const { shell } = await connect()
    await shell.until(({ type }) => type === 'watch')
    shell.close(4401)
    await again()
    expect(heard).toContain('locked')
  })
})
