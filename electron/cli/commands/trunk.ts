import type { Command } from 'commander'
import { trunkSchema, type Trunk } from '../../../shared/contract/commands.ts'
import { usage } from '../../engine/base/errors.ts'
import { parseCodecs, parseEncryption, parseHeader, parseTransport, parseWhole } from '../options.ts'
import { exitCode, printJson, readPassword, withEngine, type CommonOptions } from '../session.ts'
import { given, readCa } from './call.ts'

interface TrunkOptions extends CommonOptions {
  readonly address?: string
  readonly transport?: Trunk['transport']
  readonly authentication?: string
  readonly user?: string
  readonly passwordEnv?: string
  readonly from?: string
  readonly display?: string
  readonly proxy?: string
  readonly encryption?: Trunk['encryption']
  readonly codecs?: Trunk['codecs']
  readonly header?: Trunk['headers']
  readonly expires?: number
  readonly tlsCa?: string
  readonly tlsInsecure?: boolean
}

function withSettings(command: Command): Command {
  return command
    .option('--address <host[:port]>', 'host name or IP address of the trunk')
    .option('--transport <name>', 'udp, tcp or tls', parseTransport)
    .option('--authentication <kind>', 'digest or ip')
    .option('--user <name>', 'the digest user')
    .option('--password-env <name>', 'the environment variable that holds the password')
    .option('--from <number|uri>', 'the caller ID')
    .option('--display <text>', 'the display name')
    .option('--proxy <host[:port]>', 'outbound proxy')
    .option('--encryption <mode>', 'media encryption: disabled, allowed or required', parseEncryption)
    .option('--codecs <list>', 'PCMU,PCMA', parseCodecs)
    .option('-H, --header <header>', 'a default header (repeatable)', parseHeader)
    .option('--expires <seconds>', 'registration lifetime', parseWhole)
    .option('--tls-ca <file>', 'a CA to trust (PEM)')
    .option('--tls-insecure', 'accept any TLS certificate')
}

function settingsOf(options: TrunkOptions): Partial<Trunk> {
  if (options.authentication !== undefined && options.authentication !== 'digest' && options.authentication !== 'ip') throw usage('--authentication: choose digest or ip')
  return given({
    address: options.address, transport: options.transport, authentication: options.authentication ?? (options.user === undefined ? undefined : 'digest'), user: options.user, from: options.from,
    displayName: options.display, proxy: options.proxy, encryption: options.encryption, codecs: options.codecs, headers: options.header, expiresS: options.expires,
    tlsCa: readCa(options.tlsCa), tlsInsecure: options.tlsInsecure,
  }) as Partial<Trunk>
}

function parseTrunk(settings: object): Trunk {
  const trunk = trunkSchema.safeParse(settings)
  if (!trunk.success) throw usage(trunk.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  return trunk.data
}

export function addTrunk(program: Command, finish: (code: number) => void): Command[] {
  const trunk = program.command('trunk').description('stored trunks').addHelpText('after', `
Examples:
  ringback trunk add twilio --address example.pstn.twilio.com --user alice --password-env TWILIO_PASSWORD
  ringback trunk set twilio --transport tls --encryption required
  ringback trunk check twilio`)
  const list = trunk.command('list').description('all trunks').action(async (_options: unknown, command: Command) => {
    const options = command.optsWithGlobals<CommonOptions>()
    finish(await withEngine(options, true, async (engine) => {
      const trunks = await engine.execute('trunk.list', {})
      if (options.json) printJson(trunks)
      else if (trunks.length === 0) process.stdout.write('no trunks yet: ringback trunk add NAME --address HOST\n')
      else for (const { name, address, transport, authentication, user, encryption, hasPassword } of trunks) {
        process.stdout.write(`${name}  ${transport} ${address}  ${authentication}${user ? ` ${user}` : ''}${hasPassword ? ' (password stored)' : ''}  media encryption ${encryption}\n`)
      }
      return exitCode.ok
    }))
  })
  const add = withSettings(trunk.command('add <name>').description('store a trunk')).action(async (name: string, _options: unknown, command: Command) => {
    const options = command.optsWithGlobals<TrunkOptions>()
    if (options.address === undefined) throw usage('--address is missing: the host name or IP address of the trunk')
    const password = await readPassword(options.passwordEnv, options.user)
    const saved = parseTrunk({ name, ...settingsOf(options) })
    finish(await withEngine(options, true, async (engine) => {
      await engine.execute('trunk.save', given({ trunk: saved, password, replace: false }) as never)
      if (options.json) printJson(saved)
      else process.stdout.write(`stored trunk ${name}\n`)
      return exitCode.ok
    }))
  })
  const set = withSettings(trunk.command('set <name>').description('change a trunk; what is not given stays')).action(async (name: string, _options: unknown, command: Command) => {
    const options = command.optsWithGlobals<TrunkOptions>()
    const password = await readPassword(options.passwordEnv, undefined)
    finish(await withEngine(options, true, async (engine) => {
      const before = (await engine.execute('trunk.list', {})).find((known) => known.name === name)
      if (!before) throw usage(`there is no trunk "${name}": add it with ringback trunk add`)
      const { hasPassword: _, ...settings } = before
      const saved = parseTrunk({ ...settings, ...settingsOf(options) })
      await engine.execute('trunk.save', given({ trunk: saved, password, replace: true }) as never)
      if (options.json) printJson(saved)
      else process.stdout.write(`changed trunk ${name}\n`)
      return exitCode.ok
    }))
  })
  const remove = trunk.command('remove <name>').description('forget a trunk and its password').action(async (name: string, _options: unknown, command: Command) => {
    const options = command.optsWithGlobals<CommonOptions>()
    finish(await withEngine(options, true, async (engine) => {
      await engine.execute('trunk.remove', { name })
      if (options.json) printJson({ removed: name })
      else process.stdout.write(`removed trunk ${name}\n`)
      return exitCode.ok
    }))
  })
  const check = trunk.command('check <name>').description('resolve, connect, ask (OPTIONS) and register, step by step').action(async (name: string, _options: unknown, command: Command) => {
    const options = command.optsWithGlobals<CommonOptions>()
    finish(await withEngine(options, true, async (engine) => {
      const result = await engine.execute('trunk.check', { name })
      if (options.json) printJson(result)
      else process.stdout.write(`${result.steps.map(({ ok, text }) => `${ok ? '·' : '✕'} ${text}\n`).join('')}${result.sentence}\n`)
      return result.ok ? exitCode.ok : exitCode.fault
    }))
  })
  return [trunk, list, add, set, remove, check]
}
