import { Command, CommanderError } from 'commander'
import { RingbackError, explainError } from '../engine/base/errors.ts'
import { addAgent } from './commands/agent.ts'
import { addCall } from './commands/call.ts'
import { addDemo } from './commands/demo.ts'
import { addHistory } from './commands/history.ts'
import { addInspect } from './commands/inspect.ts'
import { addRegister } from './commands/register.ts'
import { addRules } from './commands/rules.ts'
import { addSchema } from './commands/schema.ts'
import { addTrunk } from './commands/trunk.ts'
import { withCommon } from './options.ts'
import { warn } from './output.ts'
import { withFlags } from './remedies.ts'
import { exitCode } from './session.ts'

/** Runs one command line and ends the process with the exit code of cli.md. */
export async function main(argv: readonly string[]): Promise<void> {
  let code: number = exitCode.ok
  const finish = (result: number) => void (code = result)
  const program = new Command('ringback')
    .description('The softphone and SIP trunk tester that tells you why a call failed.')
    .version('0.1.0')
  const added = [
    addDemo(program, finish),
    addCall(program, finish),
    addRegister(program, finish),
    addAgent(program, finish),
    addInspect(program, finish),
    ...addTrunk(program, finish),
    ...addHistory(program, finish),
    addRules(program, finish),
    addSchema(program, finish),
  ]
  const groups = new Set(['trunk', 'history'])
  for (const command of added) {
    if (!groups.has(command.name())) withCommon(command)
    command
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .showSuggestionAfterError(false)
  }
  program
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError(false)
  try {
    if (argv.length === 0) program.help()
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    code = explain(error)
  }
  // Whatever is still open (a socket, a timer) has nothing left to do.
  process.exitCode = code
  await new Promise<void>((resolve) => void process.stdout.write('', () => resolve()))
  process.exit(code)
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCode.ok
    if (error.code === 'commander.help') return exitCode.usage
    warn(
      error.message
        .replace(/^error: /, '')
        .split('\n')
        .map((line) => line.trim())
        .join(' '),
    )
    return exitCode.usage
  }
  if (error instanceof RingbackError) {
    warn(withFlags(error.message, error.remedy))
    return error.kind === 'usage' ? exitCode.usage : error.kind === 'machine' ? exitCode.machine : exitCode.fault
  }
  warn(`unexpected fault: ${explainError(error)}`)
  if (process.env['DEBUG'] && error instanceof Error) for (const line of (error.stack ?? '').split('\n')) warn(line)
  return exitCode.fault
}
