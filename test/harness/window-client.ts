import { createHmac } from 'node:crypto'
import { WebSocket } from 'ws'
import type { ToWindow } from '../../shared/contract/channel.ts'
import type { CommandArgs, CommandName, CommandResult } from '../../shared/contract/commands.ts'
import { mergeReport } from '../../shared/contract/merge.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import type { Change } from '../../shared/contract/state.ts'
import { Watchers } from './watchers.ts'

/** What a browser has of a link: a cookie (`name=value`), and what it proves itself with where that is asked for. */
export interface Entry {
  readonly cookie: string
  readonly claim: string | null
  key: string | null
}

/** What a window in a browser does, without a page: one WebSocket to the engine of a shell. */
export class WindowClient {
  readonly #socket: WebSocket
  readonly #answers = new Map<number, (answer: ToWindow) => void>()
  readonly #reports = new Map<string, CallReport>()
  readonly #watchers = new Watchers()
  readonly changes: Change[] = []
  /** Every text that came. */
  readonly heard: string[] = []
  #n = 0

  /** Rejects when the shell refuses. Learns the key of the entry, where there is one. */
  static open(port: number, entry: Entry): Promise<WindowClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/engine`, {
      headers: { Origin: `http://127.0.0.1:${port}`, Cookie: entry.cookie },
    })
    return new Promise((resolve, reject) => {
      const client = new WindowClient(socket, entry, () => resolve(client))
      socket.once('close', (code) => reject(new Error(`the shell closed the window with ${code}`)))
      socket.once('error', reject)
    })
  }

  private constructor(socket: WebSocket, entry: Entry, greeted: () => void) {
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('message', (data) => {
      const text = String(data)
      const { type, challenge, key } = JSON.parse(text) as { type: string; challenge?: string; key?: string }
      if (type === 'key') entry.key = key!
      else if (type === 'challenge') socket.send(JSON.stringify(answerTo(challenge!, entry)))
      else this.#hear(text)
      if (type === 'hello') greeted()
    })
  }

  #hear(text: string): void {
    this.heard.push(text)
    const said = JSON.parse(text) as ToWindow
    if (said.type === 'result' || said.type === 'fault') this.#answers.get(said.id)?.(said)
    if (said.type !== 'delta') return
    this.changes.push(...said.delta.changes)
    for (const change of said.delta.changes)
      if (change.kind === 'report')
        this.#reports.set(change.report.id, mergeReport(this.#reports.get(change.report.id), change))
    this.#socket.send(JSON.stringify({ type: 'taken', seq: said.delta.seq }))
    this.#watchers.note()
  }

  execute<Name extends CommandName>(name: Name, args: CommandArgs<Name>): Promise<CommandResult<Name>> {
    const id = ++this.#n
    return new Promise((resolve, reject) => {
      this.#answers.set(id, (answer) => {
        this.#answers.delete(id)
        if (answer.type === 'result') resolve(answer.result as CommandResult<Name>)
        else reject(new Error(answer.type === 'fault' ? answer.message : 'no answer'))
      })
      this.#socket.send(JSON.stringify({ type: 'command', id, name, args }))
    })
  }

  watch(...ids: string[]): void {
    this.#socket.send(JSON.stringify({ type: 'watch', ids }))
  }

  /** The first of what `find` gives, now or when something has changed. */
  until<T>(find: () => T | undefined, timeoutMs = 10_000): Promise<T> {
    return this.#watchers.until(find, timeoutMs, () => 'not in time')
  }

  /** Where the agent of the shell listens. */
  agentPort(transport = 'udp'): Promise<number> {
    return this.until(
      () =>
        this.changes
          .flatMap((change) => (change.kind === 'agent' ? change.agent.addresses : []))
          .find((address) => address.transport === transport)?.port,
    )
  }

  /** Waits for the end of a call. */
  async ended(id: string): Promise<CallReport> {
    this.watch(id)
    await this.until(
      () =>
        this.changes.find((change) => change.kind === 'call' && change.call.id === id && change.call.state === 'ended'),
      20_000,
    )
    return this.execute('history.show', { id })
  }

  close(): void {
    this.#socket.terminate()
  }
}

/** How a window shows that it has the key of its cookie. */
export function answerTo(challenge: string, { key, claim }: Entry): object {
  return key === null
    ? { type: 'claim', claim }
    : { type: 'proof', proof: createHmac('sha256', key).update(challenge).digest('base64url') }
}
