import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { addAgent } from './commands/agent.ts'
import { addCall } from './commands/call.ts'
import { addCompletion } from './commands/completion.ts'
import { addDemo } from './commands/demo.ts'
import { addHistory } from './commands/history.ts'
import { addInspect } from './commands/inspect.ts'
import { addPair } from './commands/pair.ts'
import { addProviders } from './commands/providers.ts'
import { addProve } from './commands/prove.ts'
import { addRegister } from './commands/register.ts'
import { addRules } from './commands/rules.ts'
import { addSchema } from './commands/schema.ts'
import { addTrunk } from './commands/trunk.ts'
import { addWebhook } from './commands/webhook.ts'
import { addWindow } from './commands/window.ts'
import { explain } from './errors.ts'
import { withCommon } from './options.ts'
import { outputIsKept } from './output.ts'
import { exitCode } from './session.ts'

/** Runs one command line and ends the process with the exit code of cli.md. */
export async function main(argv: readonly string[]): Promise<void> {
  let code: number = exitCode.ok
  const finish = (result: number) => void (code = result)
  const program = new Command('ringback')
    .description('The softphone and SIP trunk tester that tells you why a call failed.')
    .version('0.1.0')
    .addHelpText('after', topHelp)
  const added = [
    addDemo(program, finish),
    addCall(program, finish),
    addRegister(program, finish),
    addAgent(program, finish),
    addWebhook(program, finish),
    addInspect(program, finish),
    ...addTrunk(program, finish),
    ...addHistory(program, finish),
    addProviders(program, finish),
    addPair(program, finish),
    addProve(program, finish),
    addRules(program, finish),
    addSchema(program, finish),
    addWindow(program, finish),
    addCompletion(program, finish),
  ]
  let current = program
  for (const command of [program, ...added]) {
    if (command !== program && command.commands.length === 0) withCommon(command)
    command
      .exitOverride((error) => {
        current = command
        throw error
      })
      .configureOutput({ outputError: () => {} })
  }
  program.hook('preAction', (_, command) => void (current = command))
  try {
    const [name] = argv
    const group = argv.length === 1 && added.find((command) => command.commands.length > 0 && command.name() === name)
    if (group || argv.length === 0) (group || program).help()
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    code = explain(error, current)
  }
  // Whatever is still open (a socket, a timer) has nothing left to do.
  process.exitCode = code
  process.exit((await outputIsKept()) ? code : exitCode.machine)
}

/** From the sources, and from the bundle. */
const readme = ['../../README.md', '../README.md']
  .map((path) => join(import.meta.dirname, path))
  .find((path) => existsSync(path))

const topHelp = `
Examples:
  ringback demo                              a call to the built-in agent; needs no network
  ringback call sip:1001@192.0.2.10          one call, and what came of it
  ringback trunk add my-trunk --address trunk.example.com --user alice
  ringback call +19991234567 --trunk my-trunk
  ringback inspect call.pcap                 the same ladder, figures and diagnosis from a capture
  ringback history show latest               the last call once more
  ringback window                            the window; in a clone also: npm start

Exit codes:
  0    it worked, and the diagnosis found no fault
  1    the call, registration or check failed, or the diagnosis found a fault
  2    wrong usage or invalid input
  3    this machine could not: port taken, no such file, no name resolution, no permission
  130  interrupted; calls were ended and registrations removed first

ringback COMMAND --help has examples and every option.${readme === undefined ? '' : ` More is in ${readme}`}`
