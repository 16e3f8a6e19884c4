import type { CommandArgs, CommandName, CommandResult } from './commands.ts'
import type { Delta, Snapshot } from './state.ts'

export interface SubscribeOptions {
  /** False: calls are told of only when they have ended. */
  readonly live: boolean
}

/** The engine as every face sees it: commands in, state out. A rejection is an error with `kind` (usage, machine, peer) and a `message` that is a sentence. */
export interface EngineClient {
  execute<Name extends CommandName>(name: Name, args: CommandArgs<Name>): Promise<CommandResult<Name>>
  snapshot(): Snapshot
  /** Returns the function that ends the subscription. */
  subscribe(options: SubscribeOptions, listener: (delta: Delta) => void): () => void
  /** Ends calls with BYE or CANCEL, removes registrations, closes every socket. */
  close(): Promise<void>
}
