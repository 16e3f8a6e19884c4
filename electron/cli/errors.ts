import { CommanderError, type Command } from 'commander'
import { RingbackError, explainError } from '../engine/base/errors.ts'
import { warn } from './output.ts'
import { withFlags } from './remedies.ts'
import { exitCode } from './session.ts'

/** `ringback trunk add`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}

/** Says what went wrong in a command, in one line that names it; the exit code. */
export function explain(error: unknown, command: Command): number {
  const path = pathOf(command)
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCode.ok
    // `help` of what is none: commander has printed the commands that there are.
    const text = error.code === 'commander.help' ? 'there is no such command' : usageText(error.message)
    warn(`${path}: ${text} (${path} --help)`)
    return exitCode.usage
  }
  if (error instanceof RingbackError) {
    const text = withFlags(error.message, error.remedy)
    const helps = error.kind === 'usage' && text === error.message
    warn(helps ? `${path}: ${text} (${path} --help)` : `${path}: ${text}`)
    return error.kind === 'usage' ? exitCode.usage : error.kind === 'machine' ? exitCode.machine : exitCode.fault
  }
  warn(`unexpected fault: ${explainError(error)}`)
  if (process.env['DEBUG'] && error instanceof Error) for (const line of (error.stack ?? '').split('\n')) warn(line)
  return exitCode.fault
}

/** What commander says of wrong usage, in the words that every other sentence has. */
function usageText(message: string): string {
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n')
  const meant = /^\(Did you mean (.{1,80})\?\)$/.exec(more.at(-1)?.trim() ?? '')?.[1]
  const text = [first, ...more.slice(0, meant === undefined ? undefined : -1)]
    .map((line) => line.trim())
    .join(' ')
    .replace(/\.$/, '')
  const known = ofOption(text) ?? ofArgument(text) ?? text
  return meant === undefined ? known : `${known}; did you mean ${meant}?`
}

/** `option '-H, --header <header>' argument 'x' is invalid. …` and the like begin with the option and the value. */
function ofOption(text: string): string | null {
  const open = "option '"
  if (!text.startsWith(open)) return null
  const flags = text.slice(open.length, text.indexOf("'", open.length))
  const rest = text.slice(open.length + flags.length + 2)
  const [name = flags, value = ''] = flags.replace(/^-\w, /, '').split(' ', 2)
  if (rest === 'argument missing') return `${name} needs a value: ${name} ${value}`
  const invalid = "' is invalid. "
  const at = rest.indexOf(invalid)
  const argument = "argument '"
  return rest.startsWith(argument) && at > 0
    ? `${name} ${rest.slice(argument.length, at)}: ${rest.slice(at + invalid.length)}`
    : null
}

/** `command-argument value 'x' is invalid for argument 'shell'. …` begins with the argument and the value. */
function ofArgument(text: string): string | null {
  const [open, between] = ["command-argument value '", "' is invalid for argument '"]
  const at = text.lastIndexOf(between)
  if (!text.startsWith(open) || at < 0) return null
  const [name = '', why = ''] = text.slice(at + between.length).split("'. ", 2)
  return `${name} ${text.slice(open.length, at)}: ${why.replace(/^Allowed choices are/, 'choose one of')}`
}
