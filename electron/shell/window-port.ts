import type { EngineClient, VoiceLine } from '../../shared/contract/client.ts'
import type { ErrorKind, Hello, ToEngine, ToWindow } from '../../shared/contract/channel.ts'
import type { CommandArgs, CommandName } from '../../shared/contract/commands.ts'
import type { Remedy } from '../../shared/model/remedies.ts'
import type { Boundary } from '../engine/base/boundary.ts'
import { explainError } from '../engine/base/errors.ts'
import { windowFault } from './window-commands.ts'

export interface WindowPort {
  /** Takes in what the window said. What is no such message is ignored. */
  message(said: unknown): void
  close(): void
}

/** Calls that one window watches at once. */
const mostWatched = 200
const longestId = 200
const longestVoiceMessage = 64 * 1024
/** Commands of one window that are under way at once. */
const mostCommands = 100

/**
 * One window at its engine, whatever carries the messages: `say` may throw for what cannot be sent. The window is told
 * of the next changes when it has taken in the last.
 */
export function openPort(
  engine: EngineClient,
  hello: Hello,
  boundary: Boundary,
  say: (message: ToWindow) => void,
): WindowPort {
  let taken: { readonly seq: number; readonly resolve: () => void } | null = null
  let running = 0
  let voice: VoiceLine | null = null
  say({ type: 'hello', hello })
  const subscription = engine.subscribe({ reports: 'watched' }, (delta) => {
    boundary.run('window', () => say({ type: 'delta', delta }))
    return new Promise<void>((resolve) => (taken = { seq: delta.seq, resolve }))
  })
  const command = async (id: number, name: string, args: unknown): Promise<void> => {
    const fault =
      running < mostCommands
        ? windowFault(name, args)
        : `${mostCommands} commands of this window are under way: wait until one is done`
    if (fault !== null) return say({ type: 'fault', kind: 'usage', message: fault, id })
    running++
    const answer = await run(engine, name as CommandName, args)
    running--
    try {
      say({ ...answer, id })
    } catch (error) {
      say({ type: 'fault', kind: 'machine', message: `the answer cannot be shown: ${explainError(error)}`, id })
    }
  }
  return {
    message(said) {
      if (!isToEngine(said)) return
      switch (said.type) {
        case 'taken':
          if (taken?.seq === said.seq) taken.resolve()
          return
        case 'watch':
          return subscription.watch(said.ids)
        case 'voice':
          voice ??= engine.openVoice((text) => boundary.run('window', () => say({ type: 'voice', message: text })))
          return voice.take(said.message)
        case 'command':
          return boundary.run('window command', () => command(said.id, said.name, said.args))
      }
    },
    close() {
      subscription.end()
      voice?.close()
      taken?.resolve()
    },
  }
}

type Answer =
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'fault'; readonly kind: ErrorKind; readonly message: string; readonly remedy?: Remedy }

/** Never rejects. */
async function run(engine: EngineClient, name: CommandName, args: unknown): Promise<Answer> {
  try {
    return { type: 'result', result: await engine.execute(name, args as CommandArgs<CommandName>) }
  } catch (error) {
    const {
      kind = 'machine',
      message = String(error),
      remedy,
    } = error as { kind?: ErrorKind; message?: string; remedy?: Remedy }
    return { type: 'fault', kind, message, ...(remedy && { remedy }) }
  }
}

function isToEngine(said: unknown): said is ToEngine {
  if (typeof said !== 'object' || said === null) return false
  const message = said as Readonly<Record<'type' | 'id' | 'name' | 'ids' | 'seq' | 'message', unknown>>
  switch (message.type) {
    case 'taken':
      return Number.isSafeInteger(message.seq)
    case 'watch':
      return (
        Array.isArray(message.ids) &&
        message.ids.length <= mostWatched &&
        message.ids.every((id) => typeof id === 'string' && id.length <= longestId)
      )
    case 'voice':
      return typeof message.message === 'string' && message.message.length <= longestVoiceMessage
    case 'command':
      return Number.isSafeInteger(message.id) && typeof message.name === 'string'
    default:
      return false
  }
}
