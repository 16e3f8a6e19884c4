import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { machine } from '../../engine/base/errors.ts'
import { parseWhole } from '../options.ts'
import { exitCode, type CommonOptions } from '../session.ts'

interface WindowOptions extends CommonOptions {
  readonly open: boolean
  readonly port?: number
}

/** What `npm start` runs. */
const starter = join(import.meta.dirname, '../../../build/start.ts')

export function addWindow(program: Command, finish: (code: number) => void): Command {
  return program
    .command('window')
    .description('the window, as npm start opens it in a clone')
    .option('--no-open', 'print a link instead of opening a window')
    .option('--port <n>', 'the port of the window on 127.0.0.1 (default: 7420)', parseWhole)
    .addHelpText('after', '\nExamples:\n  ringback window\n  ringback window --no-open --port 8000')
    .action(async (_options: unknown, command: Command) => {
      const { open, port, profile, verbose } = command.optsWithGlobals<WindowOptions>()
      if (!existsSync(starter))
        throw machine(
          'the window comes with a clone of the repository, this is the command line alone: npm start there',
        )
      const args = [
        ...(open ? [] : ['--no-open']),
        ...(port === undefined ? [] : ['--port', String(port)]),
        ...(profile === undefined ? [] : ['--profile', profile]),
        ...(verbose ? ['--verbose'] : []),
      ]
      const child = spawn(process.execPath, [starter, ...args], { stdio: 'inherit' })
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
      finish(
        await new Promise<number>((resolve) => {
          child.once('error', () => resolve(exitCode.machine))
          child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
        }),
      )
    })
}
