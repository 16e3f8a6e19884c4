import type { CommandArgs, CommandName, CommandResult } from './commands.ts'
import type { Delta, Snapshot } from './state.ts'

export type ErrorKind = 'usage' | 'machine' | 'peer'

/** How a command fails; `message` is a sentence for a person. */
export interface CommandError {
  readonly kind: ErrorKind
  readonly message: string
}

export interface SubscribeOptions {
  /** False: calls are told of only when they have ended. */
  readonly live: boolean
}

/** The engine as every face sees it: commands in, state out. Rejections carry `kind` and `message`. */
export interface EngineClient {
  execute<Name extends CommandName>(name: Name, args: CommandArgs<Name>): Promise<CommandResult<Name>>
  snapshot(): Snapshot
  /** Returns the function that ends the subscription. */
  subscribe(options: SubscribeOptions, listener: (delta: Delta) => void): () => void
  /** Ends calls with BYE or CANCEL, removes registrations, closes every socket. */
  close(): Promise<void>
}
