import type { CommandName, CommandResult, Parsed } from '../../../shared/contract/commands.ts'

/** What carries out a command. Throws RingbackError for what cannot be done. */
export type Handler<Name extends CommandName> = (
  args: Parsed<Name>,
) => Promise<CommandResult<Name>> | CommandResult<Name>

/** The handlers of every command, or of the commands of one noun (`call`: call.place, call.hangUp …). */
export type Handlers<Noun extends string = string> = {
  readonly [Name in CommandName & `${Noun}.${string}`]: Handler<Name>
}
