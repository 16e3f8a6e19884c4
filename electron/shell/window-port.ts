import type { EngineClient } from '../../shared/contract/client.ts'
import type { ErrorKind, Hello, ToEngine, ToWindow } from '../../shared/contract/channel.ts'
import { commands, type CommandName } from '../../shared/contract/commands.ts'

export interface WindowPort {
  /** Takes in what the window said. What is no such message is ignored. */
  message(said: unknown): void
  close(): void
}

/** One window at its engine, whatever carries the messages. The window is told of the next changes when it has taken in the last. */
export function openPort(engine: EngineClient, hello: Hello, say: (message: ToWindow) => void): WindowPort {
  let taken: (() => void) | null = null
  say({ type: 'hello', hello })
  const subscription = engine.subscribe({ reports: 'watched' }, (delta) => {
    say({ type: 'delta', delta })
    return new Promise<void>((resolve) => (taken = resolve))
  })
  return {
    message(said) {
      if (!isToEngine(said)) return
      switch (said.type) {
        case 'taken':
          taken?.()
          break
        case 'watch':
          subscription.watch(said.ids)
          break
        case 'command':
          void run(engine, said.name, said.args).then((answer) => say({ ...answer, id: said.id }))
      }
    },
    close() {
      subscription.end()
      taken?.()
    },
  }
}

type Answer = { readonly type: 'result'; readonly result: unknown } | { readonly type: 'fault'; readonly kind: ErrorKind; readonly message: string }

async function run(engine: EngineClient, name: string, args: unknown): Promise<Answer> {
  if (!Object.hasOwn(commands, name)) return { type: 'fault', kind: 'usage', message: `there is no command "${name}"` }
  try {
    return { type: 'result', result: await engine.execute(name as CommandName, args as never) }
  } catch (error) {
    const { kind = 'machine', message = String(error) } = error as { kind?: ErrorKind; message?: string }
    return { type: 'fault', kind, message }
  }
}

function isToEngine(said: unknown): said is ToEngine {
  if (typeof said !== 'object' || said === null) return false
  const message = said as { type?: unknown; id?: unknown; name?: unknown; ids?: unknown }
  switch (message.type) {
    case 'taken': return true
    case 'watch': return Array.isArray(message.ids) && message.ids.every((id) => typeof id === 'string')
    case 'command': return typeof message.id === 'number' && typeof message.name === 'string'
    default: return false
  }
}
