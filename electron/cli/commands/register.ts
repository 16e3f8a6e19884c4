import type { Command } from 'commander'
import type { Behaviour } from '../../../shared/contract/agent-parts.ts'
import type { RegisterArgs } from '../../../shared/contract/commands.ts'
import type { RegistrationView } from '../../../shared/contract/state.ts'
import type { EngineClient } from '../../../shared/contract/client.ts'
import { callLine, tellFindings } from '../live-call.ts'
import { usage } from '../../engine/base/errors.ts'
import {
  parseBehaviour,
  parseLocal,
  parseNameServer,
  parsePath,
  parseTransport,
  parseWhole,
  passwordFrom,
  transportList,
} from '../options.ts'
import { print, printJson, printLine } from '../output.ts'
import { RegistrationLines } from '../registration-lines.ts'
import { exitCode, readPassword, withEngine, type CommonOptions } from '../session.ts'
import { Paint, ladderLines } from '../terminal.ts'
import { given, readCa, readIdentity, type IdentityOptions } from '../arguments.ts'

interface RegisterOptions extends CommonOptions, IdentityOptions {
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
  readonly contactRewrite?: boolean
  readonly wsPath?: string
  readonly keep?: boolean
  readonly answer?: Behaviour
}

export function addRegister(program: Command, finish: (code: number) => void): Command {
  return program
    .command('register')
    .argument('[trunk]', 'a stored trunk')
    .description('register, show the binding, un-register')
    .option('--address <host[:port]>', 'the registrar (required where no stored trunk is named)')
    .option('--transport <name>', `${transportList} (default: as the trunk says, else by DNS)`, parseTransport)
    .option('--proxy <host[:port]>', 'where the request is sent to (default: the registrar)')
    .option('--user <name>', 'the user (required where no stored trunk is named)')
    .option('--password-env <name>', passwordFrom)
    .option('--from <uri>', 'the address of record (default: sip:user@address)')
    .option('--expires <seconds>', 'the lifetime to ask for (default: 600)', parseWhole)
    .option('--local <address>', 'the local IP address (default: the one that reaches the registrar)', parseLocal)
    .option('--tls-ca <file>', 'a CA to trust (PEM; default: those of the system)')
    .option('--tls-insecure', 'accept any TLS certificate')
    .option('--tls-cert <file>', 'our certificate, where the registrar asks for one (PEM, with its chain)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--ws-path <path>', 'where the registrar opens WebSockets (default: /)', parsePath)
    .option('--contact-rewrite', 'behind a NAT: name the address that the peer sees in our Contact')
    .option('--dns <host[:port]>', 'a name server instead of those of the system (repeatable)', parseNameServer)
    .option('--keep', 'stay registered until interrupted; calls to the address are refused with 480 and told of')
    .option(
      '--answer <behaviour>',
      'with --keep, answer calls to the address as an agent does: echo, marker, reject:CODE and the others',
      parseBehaviour,
    )
    .addHelpText(
      'after',
      `
Examples:
  ringback register my-trunk
  ringback register --address pbx.example --user 1001 --password-env PBX_PASSWORD --keep
  ringback register my-trunk --keep --answer echo`,
    )
    .action(async (trunk: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RegisterOptions>()
      if (trunk === undefined && options.address === undefined)
        throw usage('register needs a stored trunk, or --address and --user')
      if (options.answer !== undefined && !options.keep)
        throw usage('--answer needs --keep: nobody calls an address that is given up at once')
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
        tlsIdentity: readIdentity(options),
        contactRewrite: options.contactRewrite,
        webSocketResource: options.wsPath,
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
          const lines = new RegistrationLines(options, paint)
          const show = (view: RegistrationView) => {
            if (!options.json) {
              const [first] = view.messages
              const fresh = view.messages.slice(shown)
              if (first) for (const line of ladderLines(fresh, first.at, first.source, paint, shown)) print(line)
              shown = view.messages.length
            }
            if (!options.json || options.keep) lines.show(view)
          }
          const subscription = engine.subscribe({ reports: 'ended' }, ({ changes }) => {
            for (const change of changes) {
              if (change.kind === 'report') {
                const { report } = change
                if (options.json) void printLine({ type: 'call', report } as { type: string })
                else print(callLine(report, paint))
              }
              if (change.kind === 'gone' && change.of === 'registration' && change.id === id && registered)
                removed(registered)
              if (change.kind !== 'registration' || (id !== '' && change.registration.id !== id)) continue
              const view = change.registration
              show(view)
              if (view.state === 'registered') settle((registered = view))
              if (view.state === 'failed' && (view.final || !options.keep)) settle(view)
              if (view.state === 'idle' && (registered !== null || stopping)) removed(view)
            }
          })
          const findings = options.json ? null : tellFindings(engine, paint)
          let stopping = false
          const agent = await answering(engine, args as RegisterArgs, options.answer)
          id = agent?.registration ?? (await engine.execute('registration.start', args as RegisterArgs)).id
          const first = await Promise.race([settled, interrupted.then(() => null)])
          if (first?.state === 'registered' && options.keep) {
            if (!options.json) print(paint.dim(`· ${whatCallsMeet(options.answer)}`))
            await interrupted
          }
          stopping = true
          if (agent) await engine.execute('agent.stop', { id: agent.id })
          else await engine.execute('registration.stop', { id })
          const last =
            first?.state === 'registered'
              ? await Promise.race([gone, new Promise<null>((resolve) => setTimeout(() => resolve(null), 3000))])
              : first
          subscription.end()
          findings?.end()
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

/** What happens to calls to the address that was registered. */
const whatCallsMeet = (behaviour: Behaviour | undefined): string =>
  behaviour
    ? 'calls to it are taken here as asked for, each has a line'
    : 'calls to it are refused with 480, each has a line (--answer echo takes them)'

/** Registers with an agent behind the address, where calls to it are to be answered. */
async function answering(engine: EngineClient, register: RegisterArgs, behaviour: Behaviour | undefined) {
  if (!behaviour) return null
  const listeners = [{ transport: 'udp' as const, address: '0.0.0.0', port: 0 }]
  return engine.execute('agent.start', { listeners, behaviour, register })
}
