import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect } from 'vitest'
import { parseChallenge, type Challenge } from '../../electron/engine/sip/digest/digest.ts'
import { Stranger, closeStrangers, strangers } from './attack.ts'
import { Engines, callAndWait } from './engines.ts'
import { keepRunning } from './kept.ts'
import { startAgent, type Listens, type Running } from './process.ts'

type Target = Running & { port: number }

/** The processes that the tests of a file attack. After each they are there, answer, and serve a good call. */
export class Attacked {
  readonly keep = keepRunning()
  readonly #engines = new Engines()
  readonly #folders: string[] = []
  readonly #sockets: Socket[] = []

  constructor() {
    afterEach(async () => {
      closeStrangers()
      for (const socket of this.#sockets.splice(0)) socket.destroy()
      await this.#engines.close()
      for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    })
  }

  folder(): string {
    this.#folders.push(mkdtempSync(join(tmpdir(), 'ringback-attack-')))
    return this.#folders.at(-1)!
  }

  profile(): string {
    return join(this.folder(), 'profile')
  }

  agent(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Running & Listens> {
    return this.keep(startAgent(['--profile', this.profile(), ...args], env))
  }

  /** It runs, answers OPTIONS, and a good call has audio both ways. */
  async stays(process: Target, options: { user?: string; password?: string } = {}): Promise<void> {
    expect(process.child.exitCode, process.stderr.slice(-2000)).toBeNull()
    const friend = await Stranger.open('127.0.0.1')
    expect(await friend.ping(process.port), 'OPTIONS is answered').not.toBeNull()
    const uri = `sip:x@127.0.0.1:${process.port}`
    const { verdict } = await callAndWait(this.#engines.open(), { uri, durationMs: 1500, ...options })
    expect(verdict.kind).toBe('two-way-audio')
  }

  /** A connection from a stranger's address. */
  connected(port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: strangers[0] }, () => resolve(socket))
      this.#sockets.push(socket)
      socket.once('error', reject)
      socket.on('error', () => {})
      socket.resume()
    })
  }
}

/** The command is there and ends by itself. */
export async function ends(
  command: Running,
  withinMs = 15_000,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let killed = false
  const timer = setTimeout(() => {
    killed = true
    command.child.kill('SIGKILL')
  }, withinMs)
  const result = await command.finished
  clearTimeout(timer)
  expect(killed, 'the command hung').toBe(false)
  return result
}

/** Sends each and asks after each, so that the one that did it is named. */
export async function eachSurvived(process: Target, attacks: Readonly<Record<string, string>>): Promise<void> {
  const stranger = await Stranger.open()
  for (const [name, text] of Object.entries(attacks)) {
    stranger.send(text, process.port)
    expect(await stranger.ping(process.port), `${name}: ${process.stderr.slice(0, 300)}`).not.toBeNull()
  }
}

/** A call of a stranger that is answered and, unless it is not to be, acknowledged. */
export async function answered(
  caller: Stranger,
  port: number,
  { body = caller.offer(), acknowledge = true } = {},
): Promise<{ toTag: string; callId: string; mediaPort: number }> {
  const callId = `answered-${caller.port}`
  caller.send(caller.request({ callId, body }), port)
  const text = await caller.until(/^SIP\/2\.0 200/)
  const toTag = /^To:.*;tag=([^;\s]+)/m.exec(text)![1]!
  if (acknowledge) caller.send(caller.request({ method: 'ACK', callId, toTag }), port)
  return { toTag, callId, mediaPort: Number(/^m=audio (\d+)/m.exec(text)![1]) }
}

/** What the agent asks of a stranger's INVITE. */
export async function challenged(stranger: Stranger, port: number): Promise<Challenge> {
  stranger.heard.length = 0
  const invite = stranger.request({ body: stranger.offer() })
  stranger.send(invite, port)
  const text = await stranger.until(/^SIP\/2\.0 401/)
  return parseChallenge(/^WWW-Authenticate: (.*MD5.*)$/im.exec(text)![1]!)!
}
