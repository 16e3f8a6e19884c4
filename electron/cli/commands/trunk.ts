import type { Command } from 'commander'
import { visible } from '../../../shared/base/text.ts'
import type { EngineClient } from '../../../shared/contract/client.ts'
import { trunkSchema, type StoredTrunk, type Trunk } from '../../../shared/contract/commands.ts'
import { sayOfTrunk } from '../advice.ts'
import { usage } from '../../engine/base/errors.ts'
import { headersOf, withHeaders, type HeaderOptions } from '../headers.ts'
import {
  codecList,
  codecsOf,
  encryptionList,
  parseCodecs,
  formUse,
  parseEncryption,
  parseForm,
  parseNameServer,
  parsePath,
  parseSuites,
  parseTransport,
  parseWhole,
  passwordFrom,
  suiteList,
  suiteUse,
  transportList,
} from '../options.ts'
import { addTrunkExchange } from './trunk-exchange.ts'
import { print, printJson } from '../output.ts'
import { withFlags } from '../remedies.ts'
import { exitCode, readPassword, withEngine, type CommonOptions } from '../session.ts'
import { given, readCa, readIdentity, type IdentityOptions } from '../arguments.ts'

interface TrunkOptions extends CommonOptions, HeaderOptions, IdentityOptions {
  readonly address?: string
  readonly transport?: Trunk['transport']
  readonly authentication?: string
  readonly user?: string
  readonly passwordEnv?: string
  readonly from?: string
  readonly display?: string
  readonly proxy?: string
  readonly encryption?: Trunk['encryption']
  readonly encryptionForm?: Trunk['encryptionForm']
  readonly srtpSuites?: Trunk['srtpSuites']
  readonly codecs?: Trunk['codecs']
  readonly expires?: number
  readonly tlsCa?: string
  readonly tlsInsecure?: boolean
  readonly contactRewrite?: boolean
  readonly wsPath?: string
}

/** `fresh`: what is not given has a default; otherwise it stays as it is. */
function withSettings(command: Command, fresh: boolean): Command {
  const otherwise = (text: string) => (fresh ? ` (default: ${text})` : '')
  return withHeaders(command, 'a default header')
    .option('--address <host[:port]>', `host name or IP address of the trunk${fresh ? ' (required)' : ''}`)
    .option('--transport <name>', `${transportList}${otherwise('udp')}`, parseTransport)
    .option('--authentication <kind>', `digest or ip${otherwise('digest with --user, else ip')}`)
    .option('--user <name>', 'the digest user')
    .option('--password-env <name>', fresh ? passwordFrom : 'the environment variable that holds the new password')
    .option('--from <number|uri>', `the caller ID${otherwise('the user')}`)
    .option('--display <text>', 'the display name')
    .option('--proxy <host[:port]>', `outbound proxy${otherwise('the address')}`)
    .option('--encryption <mode>', `media encryption: ${encryptionList}${otherwise('disabled')}`, parseEncryption)
    .option('--encryption-form <form>', `${formUse}${otherwise('one-line, then what the trunk took')}`, parseForm)
    .option('--srtp-suites <list>', `${suiteUse}${otherwise(suiteList)}`, parseSuites)
    .option('--codecs <list>', `${codecsOf}${otherwise(codecList)}`, parseCodecs)
    .option('--expires <seconds>', `registration lifetime${otherwise('600')}`, parseWhole)
    .option('--tls-ca <file>', `a CA to trust (PEM)${otherwise('those of the system')}`)
    .option('--tls-insecure', 'accept any TLS certificate')
    .option('--tls-cert <file>', 'our certificate, where the trunk asks for one (PEM, with its chain)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--dns <host[:port]>', 'a name server instead of those of the system (repeatable)', parseNameServer)
    .option('--ws-path <path>', `where the trunk opens WebSockets${otherwise('/')}`, parsePath)
    .option('--contact-rewrite', 'behind a NAT: name the address that the trunk sees in our Contact')
    .option('--no-contact-rewrite', 'name our own address')
}

function settingsOf(options: TrunkOptions, identity: ReturnType<typeof readIdentity>): Partial<Trunk> {
  if (options.authentication !== undefined && options.authentication !== 'digest' && options.authentication !== 'ip')
    throw usage('--authentication: choose digest or ip')
  return given({
    address: options.address,
    transport: options.transport,
    authentication: options.authentication ?? (options.user === undefined ? undefined : 'digest'),
    user: options.user,
    from: options.from,
    displayName: options.display,
    proxy: options.proxy,
    encryption: options.encryption,
    encryptionForm: options.encryptionForm,
    srtpSuites: options.srtpSuites,
    codecs: options.codecs,
    headers: headersOf(options),
    expiresS: options.expires,
    tlsCa: readCa(options.tlsCa),
    tlsInsecure: options.tlsInsecure,
    tlsCert: identity?.cert,
    nameServers: options.dns,
    contactRewrite: options.contactRewrite,
    webSocketResource: options.wsPath,
  }) as Partial<Trunk>
}

function parseTrunk(settings: object): Trunk {
  const trunk = trunkSchema.safeParse(settings)
  if (!trunk.success)
    throw usage(trunk.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  return trunk.data
}

/** As it is stored: secret values hidden. */
async function stored(engine: EngineClient, name: string): Promise<Trunk> {
  const {
    hasPassword: _,
    lost: _lost,
    ...trunk
  } = (await engine.execute('trunk.list', {})).find((known) => known.name === name)!
  return trunk
}

const nameOf = 'the name of the trunk: letters, digits and . _ -'

function trunkLine({
  name,
  address,
  transport,
  authentication,
  user,
  encryption,
  hasPassword,
  headers,
  lost = [],
}: StoredTrunk): string {
  const password = lost.includes('password')
    ? ' (password lost: set it again)'
    : hasPassword
      ? ' (password stored)'
      : ''
  const added =
    headers.length === 0
      ? ''
      : `  headers ${headers.map((header) => `${header.name}: ${header.value}`).join(', ')}` +
        `${lost.includes('headers') ? ' (values lost: set them again)' : ''}`
  return visible(
    `${name}  ${transport} ${address}  ${authentication}${user ? ` ${user}` : ''}${password}  media ` +
      `encryption ${encryption}${added}`,
  )
}

export function addTrunk(program: Command, finish: (code: number) => void): Command[] {
  const trunk = program
    .command('trunk')
    .description('stored trunks')
    .addHelpText(
      'after',
      `
Examples:
  ringback trunk add my-trunk --address trunk.example.com --user alice --password-env TRUNK_PASSWORD
  ringback trunk set my-trunk --transport tls --encryption required
  ringback trunk set my-trunk --header-env 'X-Api-Key=TRUNK_KEY'
  ringback trunk check my-trunk`,
    )
  const list = trunk
    .command('list')
    .description('all trunks')
    .addHelpText('after', '\nExamples:\n  ringback trunk list\n  ringback trunk list --json')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, true, async (engine) => {
          const trunks = await engine.execute('trunk.list', {})
          if (options.json) await printJson(trunks)
          else if (trunks.length === 0) print('no trunks yet: ringback trunk add NAME --address HOST')
          else for (const known of trunks) print(trunkLine(known))
          return exitCode.ok
        }),
      )
    })
  const add = withSettings(trunk.command('add').argument('<name>', nameOf).description('store a trunk'), true)
    .addHelpText(
      'after',
      `
Examples:
  ringback trunk add pbx --address 192.0.2.10
  ringback trunk add my-trunk --address trunk.example.com --transport tls --encryption required --user alice
  ringback trunk add my-trunk --address trunk.example.com --user alice --password-env TRUNK_PASSWORD`,
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<TrunkOptions>()
      if (options.address === undefined) throw usage('--address is missing: the host name or IP address of the trunk')
      const password = await readPassword(options.passwordEnv, options.user)
      const identity = readIdentity(options)
      const saved = parseTrunk({ name, ...settingsOf(options, identity) })
      finish(
        await withEngine(options, true, async (engine) => {
          await engine.execute('trunk.save', { trunk: saved, password, tlsKey: identity?.key, replace: false })
          sayOfTrunk(saved)
          if (options.json) await printJson(await stored(engine, name))
          else print(`stored trunk ${name}`)
          return exitCode.ok
        }),
      )
    })
  const set = withSettings(
    trunk.command('set').argument('<name>', nameOf).description('change a trunk; what is not given stays'),
    false,
  )
    .addHelpText(
      'after',
      `
Examples:
  ringback trunk set my-trunk --transport tls --encryption required
  ringback trunk set my-trunk --password-env TRUNK_PASSWORD
  ringback trunk set my-trunk --header 'X-Team: support' --header-env 'X-Api-Key=TRUNK_KEY'`,
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<TrunkOptions>()
      const password = await readPassword(options.passwordEnv, undefined)
      const identity = readIdentity(options)
      finish(
        await withEngine(options, true, async (engine) => {
          const before = (await engine.execute('trunk.list', {})).find((known) => known.name === name)
          if (!before) throw usage(`there is no trunk "${name}": add it with ringback trunk add`)
          const { hasPassword: _, lost: _lost, ...settings } = before
          const saved = parseTrunk({ ...settings, ...settingsOf(options, identity) })
          await engine.execute('trunk.save', { trunk: saved, password, tlsKey: identity?.key, replace: true })
          sayOfTrunk(saved)
          if (options.json) await printJson(await stored(engine, name))
          else print(`changed trunk ${name}`)
          return exitCode.ok
        }),
      )
    })
  const remove = trunk
    .command('remove')
    .argument('<name>', nameOf)
    .description('forget a trunk and its password')
    .addHelpText('after', '\nExamples:\n  ringback trunk remove my-trunk')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, true, async (engine) => {
          await engine.execute('trunk.remove', { name })
          if (options.json) await printJson({ removed: name })
          else print(`removed trunk ${name}`)
          return exitCode.ok
        }),
      )
    })
  const check = trunk
    .command('check')
    .argument('<name>', nameOf)
    .description('resolve, connect, ask (OPTIONS) and register, step by step')
    .option('--tls-cert <file>', 'our certificate, for this once (PEM, with its chain)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--dns <host[:port]>', 'a name server, for this once (repeatable)', parseNameServer)
    .addHelpText('after', '\nExamples:\n  ringback trunk check my-trunk\n  ringback trunk check my-trunk --json')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions & IdentityOptions>()
      const tlsIdentity = readIdentity(options)
      finish(
        await withEngine(options, true, async (engine) => {
          const result = await engine.execute('trunk.check', given({ name, tlsIdentity }))
          if (options.json) await printJson(result)
          else
            for (const line of [
              ...result.steps.map(({ ok, text }) => `${ok ? '·' : '✕'} ${text}`),
              withFlags(result.sentence, result.remedy),
            ])
              print(visible(line))
          return result.ok ? exitCode.ok : exitCode.fault
        }),
      )
    })
  return [trunk, list, add, set, remove, check, ...addTrunkExchange(trunk, finish)]
}
