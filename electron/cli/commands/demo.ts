import type { Command } from 'commander'
import { exitOf, followCall } from '../live-call.ts'
import { print, printJson } from '../output.ts'
import { withEngine, type CommonOptions } from '../session.ts'

export function addDemo(program: Command, finish: (code: number) => void): Command {
  return program
    .command('demo')
    .description('a call through real sockets from the softphone to the built-in agent; needs no network')
    .addHelpText('after', '\nExamples:\n  ringback demo\n  ringback demo --json')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, false, async (engine, interrupted) => {
          const { addresses } = await engine.execute('agent.start', {
            listeners: [{ transport: 'udp', address: '127.0.0.1', port: 0 }],
            answerDelayMs: 400,
            behaviour: { kind: 'answer', source: { kind: 'echo' } },
          })
          const uri = `sip:agent@127.0.0.1:${addresses[0]!.port}`
          if (!options.json)
            print(
              `The built-in agent listens at udp 127.0.0.1:${addresses[0]!.port} and echoes. Calling ${uri} with ` +
                'a marker tone.\n',
            )
          const report = await followCall(
            engine,
            () =>
              engine.execute('call.place', {
                uri,
                source: { kind: 'marker' },
                durationMs: 4000,
                displayName: 'Ringback demo',
                headers: [{ name: 'X-CALL-ID', value: 'demo' }],
              }),
            interrupted,
            options,
          )
          if (options.json) await printJson(report)
          return exitOf(report)
        }),
      )
    })
}
