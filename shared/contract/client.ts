import type { CommandArgs, CommandName, CommandResult } from './commands.ts'
import type { Delta } from './state.ts'

export interface SubscribeOptions {
  /**
   * Whose reports come: of every call as it grows, of each call when it has ended, or of the watched calls as they
   * grow.
   */
  readonly reports: 'live' | 'ended' | 'watched'
}

export interface Subscription {
  /** The calls whose reports this subscriber wants from now on, each whole at first. */
  watch(ids: readonly string[]): void
  end(): void
}

/** What carries SIP between the phone of one window and the engine, a message at a time. */
export interface VoiceLine {
  /** A message of the phone. */
  take(message: string): void
  close(): void
}

/**
 * The engine as every face sees it: commands in, state out. A rejection is an error with `kind` (usage, machine, peer)
 * and a `message` that is a sentence.
 */
export interface EngineClient {
  execute<Name extends CommandName>(name: Name, args: CommandArgs<Name>): Promise<CommandResult<Name>>
  /** A listener that returns a promise hears nothing until it is settled; what changes meanwhile is merged. */
  subscribe(options: SubscribeOptions, listener: (delta: Delta) => void | Promise<void>): Subscription
  /** A line for the phone of a window, to the calls that `call.voice` names; `say` takes messages to it. */
  openVoice(say: (message: string) => void): VoiceLine
  /** Ends calls with BYE or CANCEL, removes registrations, closes every socket. */
  close(): Promise<void>
}
