import type { Command } from 'commander'
import type { RegisterArgs } from '../../../shared/contract/commands.ts'
import type { RegistrationView } from '../../../shared/contract/state.ts'
import { visible } from '../../../shared/base/text.ts'
import { usage } from '../../engine/base/errors.ts'
import { parseLocal, parseTransport, parseWhole } from '../options.ts'
import { print, printJson, printLine } from '../output.ts'
import { withFlags } from '../remedies.ts'
import { exitCode, readPassword, withEngine, type CommonOptions } from '../session.ts'
import { Paint, ladderLine } from '../terminal.ts'
import { given, readCa } from '../arguments.ts'

interface RegisterOptions extends CommonOptions {
  readonly address?: string
  readonly transport?: RegisterArgs['transport']
  readonly proxy?: string
  readonly user?: string
  readonly passwordEnv?: string
  readonly from?: string
  readonly expires?: number
  readonly local?: string
  readonly tlsCa?: string
  readonly tlsInsecure?: boolean
  readonly keep?: boolean
}

export function addRegister(program: Command, finish: (code: number) => void): Command {
  return program
    .command('register [trunk]')
    .description('register, show the binding, un-register')
    .option('--address <host[:port]>', 'the registrar, where no stored trunk is named')
    .option('--transport <name>', 'udp, tcp or tls', parseTransport)
    .option('--proxy <host[:port]>', 'where the request is sent to')
    .option('--user <name>', 'the user')
    .option('--password-env <name>', 'the environment variable that holds the password')
    .option('--from <uri>', 'the address of record, where it is not sip:user@address')
    .option('--expires <seconds>', 'the lifetime to ask for', parseWhole)
    .option('--local <address>', 'the local IP address', parseLocal)
    .option('--tls-ca <file>', 'a CA to trust (PEM)')
    .option('--tls-insecure', 'accept any TLS certificate')
    .option('--keep', 'stay registered until interrupted')
    .addHelpText(
      'after',
      `
Examples:
  ringback register my-trunk
  ringback register --address pbx.example --user 1001 --password-env PBX_PASSWORD --keep`,
    )
    .action(async (trunk: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RegisterOptions>()
      if (trunk === undefined && options.address === undefined)
        throw usage('register needs a stored trunk, or --address and --user')
      const password =
        trunk === undefined || options.passwordEnv !== undefined
          ? await readPassword(options.passwordEnv, options.user)
          : undefined
      const args = given({
        trunk,
        address: options.address,
        transport: options.transport,
        proxy: options.proxy,
        user: options.user,
        password,
        from: options.from,
        expiresS: options.expires,
        localAddress: options.local,
        tlsCa: readCa(options.tlsCa),
        tlsInsecure: options.tlsInsecure,
      })
      finish(
        await withEngine(options, trunk !== undefined, async (engine, interrupted) => {
          const paint = new Paint(options)
          let id = ''
          let registered: RegistrationView | null = null
          let shown = 0
          let settle: (view: RegistrationView) => void
          const settled = new Promise<RegistrationView>((resolve) => (settle = resolve))
          let removed: (view: RegistrationView) => void
          const gone = new Promise<RegistrationView>((resolve) => (removed = resolve))
          let state = ''
          const show = (view: RegistrationView) => {
            if (options.json) {
              if (options.keep && view.state !== state)
                void printLine({
                  type: 'registration',
                  state: view.state,
                  contact: view.contact,
                  expiresS: view.expiresS,
                  status: view.status,
                  text: view.text,
                } as { type: string })
            } else {
              for (const message of view.messages.slice(shown))
                print(ladderLine(message, view.messages[0]!.at, view.messages[0]!.source, paint))
              shown = view.messages.length
              if (view.state === 'registered' && state !== 'registered') {
                const { address, registrar, contact, expiresS } = view
                const text = `registered ${address} at ${registrar}: ${contact} for ${expiresS} s`
                print(`${paint.green('✓')} ${visible(text)}`)
              }
              if (view.state === 'failed' && state !== 'failed')
                print(`${paint.red('✕')} not registered: ${visible(withFlags(view.text ?? '', view.remedy))}`)
            }
            state = view.state
          }
          const subscription = engine.subscribe({ reports: 'ended' }, ({ changes }) => {
            for (const change of changes) {
              if (change.kind !== 'registration' || (id !== '' && change.registration.id !== id)) continue
              const view = change.registration
              show(view)
              if (view.state === 'registered') settle((registered = view))
              if (view.state === 'failed' && (view.final || !options.keep)) settle(view)
              if (view.state === 'idle' && (registered !== null || stopping)) removed(view)
            }
          })
          let stopping = false
          ;({ id } = await engine.execute('registration.start', args as RegisterArgs))
          const first = await Promise.race([settled, interrupted.then(() => null)])
          if (first?.state === 'registered' && options.keep) await interrupted
          stopping = true
          await engine.execute('registration.stop', { id })
          const last =
            first?.state === 'registered'
              ? await Promise.race([gone, new Promise<null>((resolve) => setTimeout(() => resolve(null), 3000))])
              : first
          subscription.end()
          if (!options.json && first?.state === 'registered')
            print(last ? 'un-registered' : 'the registrar did not answer the un-registering')
          if (options.json && !options.keep && first) await printJson({ ...first, messages: (last ?? first).messages })
          return first?.state === 'registered'
            ? exitCode.ok
            : first?.observations.some(({ kind }) => kind === 'unresolved')
              ? exitCode.machine
              : exitCode.fault
        }),
      )
    })
}
