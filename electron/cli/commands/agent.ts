import { Option, type Command } from 'commander'
import { formatAddress } from '../../../shared/base/address.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { ListenerArgs } from '../../../shared/contract/agent-parts.ts'
import type { StartAgent } from '../../../shared/contract/commands.ts'
import { wrongs, wrongWords } from '../../../shared/model/wrong.ts'
import { usage } from '../../engine/base/errors.ts'
import { agentCallLines, sayNotKept, tellFindings } from '../live-call.ts'
import {
  collect,
  limitLines,
  parseBehaviour,
  codecList,
  codecsOf,
  encryptionList,
  passwordFrom,
  rtpPortsUsual,
  suiteUse,
  transportList,
  parseCodecs,
  parseEncryption,
  parseLimit,
  parseListener,
  parseNameServer,
  parseOrigin,
  parseMediaTimeout,
  parsePortRange,
  parsePtime,
  parseRequire,
  parseSuites,
  parseCount,
  parseWhole,
  type BudgetLimitsGiven,
} from '../options.ts'
import { impairmentLines, impairmentUse, parseImpairments, sayImpaired } from '../impaired.ts'
import { print, printLine, warn } from '../output.ts'
import { personaLines, readDefinition, readPlay, type PersonaOptions } from '../persona.ts'
import { exitCode, readPassword, withEngine, type CommonOptions } from '../session.ts'
import { BindingLines } from '../binding-lines.ts'
import { RegistrationLines } from '../registration-lines.ts'
import { Paint } from '../terminal.ts'
import { parseWrong, wrongLines } from '../wrong.ts'
import { given, readIdentity, type IdentityOptions } from '../arguments.ts'

interface AgentOptions extends CommonOptions, IdentityOptions, PersonaOptions {
  readonly listen?: ListenerArgs[]
  readonly answer: NonNullable<StartAgent['behaviour']>
  readonly identifier?: string[]
  readonly user?: string
  readonly passwordEnv?: string
  readonly allow?: string[]
  readonly encryption?: StartAgent['encryption']
  readonly srtpSuites?: StartAgent['srtpSuites']
  readonly codecs?: StartAgent['codecs']
  readonly answerDelay?: number
  readonly register?: string
  readonly earlyMedia?: boolean
  readonly require?: '100rel'
  readonly record?: string
  readonly pcap?: string
  readonly calls?: number
  readonly rtpPorts?: { first: number; last: number }
  readonly ptime?: number
  readonly latch: boolean
  readonly rtcpXr?: boolean
  readonly followRefer?: boolean
  readonly impair?: string[]
  readonly wrong?: StartAgent['wrong']
  readonly allowOrigin?: string[]
  readonly mediaTimeout?: { readonly ms: number | null }
  readonly limit?: BudgetLimitsGiven
}

function sayListening(addresses: readonly ListenerArgs[], api: string | undefined): void {
  for (const { transport, address, port } of addresses)
    print(`listening on ${transport} ${formatAddress({ host: address, port })}`)
  if (api !== undefined) print(`calls are accepted at ${api}: the base URL for your server`)
}

export function addAgent(program: Command, finish: (code: number) => void): Command {
  return program
    .command('agent')
    .description('the local agent endpoint: answers calls as a voice platform would')
    .option(
      '--listen <transport:address:port>',
      `${transportList} (repeatable; port 0 = any; default: udp:127.0.0.1:5070, with --register udp:0.0.0.0:0); ` +
        'at 0.0.0.0 over UDP, what answers leaves from the address that was asked',
      parseListener,
    )
    .addOption(
      new Option(
        '--answer <behaviour>',
        'echo, tone[:HZ], marker, silence, say:TEXT, FILE.wav, reject:CODE, reject:302:URI, ring or ignore',
      )
        .argParser(parseBehaviour)
        .default({ kind: 'answer', source: { kind: 'echo' } }, 'echo'),
    )
    .option('--identifier <name>', 'answer only calls to this user part (repeatable; default: all)', collect)
    .option('--user <name>', 'ask for digest credentials of this user')
    .option('--password-env <name>', passwordFrom)
    .option('--allow <cidr>', 'accept calls from this block only (repeatable; default: from everywhere)', collect)
    .option('--encryption <mode>', `media encryption: ${encryptionList} (default: allowed)`, parseEncryption)
    .option('--srtp-suites <list>', `${suiteUse} (default: all are accepted)`, parseSuites)
    .option('--codecs <list>', `${codecsOf} (default: ${codecList})`, parseCodecs)
    .option('--answer-delay <ms>', 'ring this long before answering (default: 0)', parseWhole)
    .option('--register <trunk>', 'be reachable at the address of a stored trunk: register there', String)
    .option('--dns <host[:port]>', 'a name server instead of those of the system (repeatable)', parseNameServer)
    .option('--early-media', 'send media before the answer (183 with a session description)')
    .option('--require <extension>', '100rel: refuse callers without reliable provisional responses', parseRequire)
    .option(
      '--tls-cert <file>',
      'the certificate of TLS and wss listeners (PEM, with its chain; default: one of its own)',
    )
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--record <dir>', 'record every call as a WAV file there')
    .option('--pcap <file>', 'write everything that goes over the wire, also what becomes no call')
    .option('--rtp-ports <a-b>', rtpPortsUsual, parsePortRange)
    .option('--no-latch', 'send RTP where the session description says, wherever that of the peer comes from')
    .option('--rtcp-xr', 'ask for VoIP metrics and send them (RTCP XR, RFC 3611; default: to who asks for them)')
    .option('--ptime <ms>', 'the packet time to ask for: 10 to 60 (default: as the caller likes it)', parsePtime)
    .option(
      '--media-timeout <seconds>',
      'end a call after so long without RTP and RTCP of the caller (default: 60; 0: never)',
      parseMediaTimeout,
    )
    .option(
      '--allow-origin <origin>',
      'pages of that site may connect over a WebSocket (repeatable; * for all; those of this computer always may)',
      parseOrigin,
    )
    .option('--follow-refer', 'call whom a caller names where it transfers the call (default: REFER is refused)')
    .option('--wrong <list>', 'what to do wrong on purpose, to see how callers take it (names below)', parseWrong)
    .option('--impair <list>', impairmentUse, parseImpairments)
    .option('--persona <name>', 'be the platform of that name: its configuration decides who may call (names below)')
    .option('--config <file>', 'the configuration of the persona, a JSON file (repeatable)', collect)
    .option('--webhook <url>', 'the webhook that the persona asks, instead of that of its configuration')
    .option('--limit <name=n>', 'how much strangers may use (repeatable; names below)', parseLimit)
    .option('--calls <n>', 'stop after this many calls (default: when interrupted)', parseCount)
    .addHelpText(
      'after',
      `
Examples:
  ringback agent --listen udp:127.0.0.1:5070 --answer echo
  ringback agent --listen tcp:0.0.0.0:5060 --answer reject:486 --calls 1 --json
  ringback agent --listen udp:0.0.0.0:5060 --pcap strangers.pcap
  ringback agent --user alice --password-env AGENT_PASSWORD --allow 192.0.2.0/24
  ringback agent --register my-trunk --answer marker
  ringback agent --limit callsAtOnce=50 --limit callsPerSource=5
  ringback agent --wrong bye-481,no-contact

Personas:
${personaLines()}

Limits, and what they are unless set:
${limitLines()}

Wrong on purpose:
${wrongLines()}

Impairments; times count from the first packet that could have been sent:
${impairmentLines()}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AgentOptions>()
      const definition = readDefinition(options)
      const password = await readPassword(options.passwordEnv, options.user)
      if (options.user !== undefined && password === undefined)
        throw usage('--user needs a password: name its environment variable with --password-env')
      if (options.passwordEnv !== undefined && options.user === undefined)
        throw usage('--password-env needs a user: give it with --user')
      const args = given({
        listeners: options.listen ?? [
          options.register === undefined
            ? { transport: definition?.transports[0] ?? ('udp' as const), address: '127.0.0.1', port: 5070 }
            : { transport: 'udp' as const, address: '0.0.0.0', port: 0 },
        ],
        behaviour: options.answer,
        identifiers: options.identifier,
        user: options.user,
        password,
        allow: options.allow,
        encryption: options.encryption,
        srtpSuites: options.srtpSuites,
        codecs: options.codecs,
        answerDelayMs: options.answerDelay,
        tlsIdentity: readIdentity(options),
        register: options.register === undefined ? undefined : { trunk: options.register },
        earlyMedia: options.earlyMedia,
        requires100rel: options.require !== undefined,
        followRefer: options.followRefer,
        impairments: options.impair,
        wrong: options.wrong,
        persona: definition && readPlay(definition, options),
        origins: options.allowOrigin,
        recordDirectory: options.record,
        pcapTo: options.pcap,
        rtpPorts: options.rtpPorts,
        ptimeMs: options.ptime,
        latch: options.latch,
        rtcpXr: options.rtcpXr,
        mediaTimeoutMs: options.mediaTimeout?.ms,
        limits: options.limit,
      }) as StartAgent
      finish(
        await withEngine(options, options.register !== undefined, async (engine, interrupted) => {
          const paint = new Paint(options)
          let calls = 0
          let stop: () => void
          const enough = new Promise<void>((resolve) => (stop = resolve))
          let stopped: () => void
          const gone = new Promise<void>((resolve) => (stopped = resolve))
          const registration = new RegistrationLines(options, paint)
          const bindings = new BindingLines(options)
          const show = (report: CallReport) => {
            calls++
            sayNotKept(report)
            if (options.calls !== undefined && calls >= options.calls) stop()
            if (options.json) return printLine({ type: 'call', report } as { type: string })
            for (const line of agentCallLines(report, paint)) print(line)
          }
          const subscription = engine.subscribe({ reports: 'ended' }, async ({ changes }) => {
            for (const change of changes) {
              if (change.kind === 'report') await show(change.report)
              if (change.kind === 'registration') registration.show(change.registration)
              if (change.kind === 'agent') await bindings.show(change.agent.bindings)
            }
            if (changes.some((change) => change.kind === 'gone' && change.of === 'agent')) stopped()
          })
          sayImpaired(args.impairments)
          const findings = options.json ? null : tellFindings(engine, paint)
          for (const name of options.wrong ?? []) warn(wrongWords(wrongs[name]))
          const { id, addresses, api } = await engine.execute('agent.start', args)
          if (options.json) await printLine({ type: 'listening', addresses, ...(api && { api }) } as { type: string })
          else sayListening(addresses, api)
          await Promise.race([enough, interrupted])
          await engine.execute('agent.stop', { id })
          // The reports of its last calls come before it goes.
          await gone
          subscription.end()
          findings?.end()
          return exitCode.ok
        }),
      )
    })
}
