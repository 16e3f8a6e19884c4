import { Option, type Command } from 'commander'
import { dtmfModes } from '../../../shared/model/dtmf.ts'
import type { PlaceCall, SourceArgs } from '../../../shared/contract/place-call.ts'
import { sayOfCall } from '../advice.ts'
import { headersOf, withHeaders, type HeaderOptions } from '../headers.ts'
import { given, readCa, readIdentity, type IdentityOptions } from '../arguments.ts'
import { exitOf, followCall, sayNotKept } from '../live-call.ts'
import {
  codecList,
  codecsOf,
  encryptionList,
  passwordFrom,
  rtpPortsUsual,
  transportList,
  parseCodecs,
  parseDigits,
  parseDtmfMode,
  formUse,
  parseEncryption,
  parseForm,
  parseLocal,
  parseMediaTimeout,
  parseNameServer,
  parsePath,
  parsePortRange,
  parsePtime,
  parseSeconds,
  parseSource,
  parseSpeech,
  parseSuites,
  suiteList,
  suiteUse,
  parseTransport,
} from '../options.ts'
import { callerWrongs, impairmentsWith, wrongWords } from '../../../shared/model/wrong.ts'
import { callerWrongLines, parseCallerWrong } from '../wrong.ts'
import { musicForms } from '../../../shared/contract/music.ts'
import { parseTimed } from '../timed.ts'
import { impairmentLines, impairmentUse, parseImpairments, sayImpaired } from '../impaired.ts'
import { readScript, scriptActions } from '../script.ts'
import { printJson, warn } from '../output.ts'
import { checkPage, savePage } from '../page.ts'
import { exitCode, readPassword, withEngine, type CommonOptions } from '../session.ts'

interface CallOptions extends CommonOptions, HeaderOptions, IdentityOptions {
  readonly trunk?: string
  readonly transport?: PlaceCall['transport']
  readonly proxy?: string
  readonly user?: string
  readonly passwordEnv?: string
  readonly from?: string
  readonly display?: string
  readonly codecs?: PlaceCall['codecs']
  readonly encryption?: PlaceCall['encryption']
  readonly encryptionForm?: PlaceCall['encryptionForm']
  readonly srtpSuites?: PlaceCall['srtpSuites']
  readonly send: NonNullable<PlaceCall['source']>
  readonly say?: SourceArgs
  readonly dtmf?: string
  readonly dtmfMode: NonNullable<PlaceCall['dtmfMode']>
  readonly script?: string
  readonly at?: PlaceCall['timeline']
  readonly duration: number
  readonly ringTimeout: number
  readonly local?: string
  readonly rtpPorts?: { first: number; last: number }
  readonly ptime?: number
  readonly latch: boolean
  readonly rtcpXr?: boolean
  readonly firstPacket?: 'us' | 'peer'
  readonly impair?: string[]
  readonly wrong?: PlaceCall['wrong']
  readonly mediaTimeout?: { readonly ms: number | null }
  readonly tlsCa?: string
  readonly tlsInsecure?: boolean
  readonly contactRewrite?: boolean
  readonly wsPath?: string
  readonly record?: string
  readonly pcap?: string
  readonly report?: string
}

export function addCall(program: Command, finish: (code: number) => void): Command {
  return withHeaders(
    program
      .command('call')
      .argument('<uri>', 'sip:identifier@host, or a number or an identifier with --trunk')
      .description('place one call and say what came of it'),
    'a header',
  )
    .option('--trunk <name>', 'a stored trunk to call through; then a number will do')
    .option('--transport <name>', `${transportList} (default: as the trunk or the URI says)`, parseTransport)
    .option('--proxy <host[:port]>', 'where the call is sent to (default: that of the trunk, else the host of the URI)')
    .option('--user <name>', 'the digest user (default: that of the trunk)')
    .option('--password-env <name>', passwordFrom)
    .option('--from <number|uri>', 'the caller ID (default: that of the trunk, else the user)')
    .option('--display <text>', 'the display name (default: that of the trunk)')
    .option('--codecs <list>', `${codecsOf} (default: as the trunk says, else ${codecList})`, parseCodecs)
    .option(
      '--encryption <mode>',
      `media encryption: ${encryptionList} (default: as the trunk says, else disabled)`,
      parseEncryption,
    )
    .option('--encryption-form <form>', `${formUse} (default: as the trunk says, else one-line)`, parseForm)
    .option('--srtp-suites <list>', `${suiteUse} (default: as the trunk says, else ${suiteList})`, parseSuites)
    .addOption(
      new Option('--send <source>', 'tone[:HZ], silence, echo, marker, say:TEXT or a .wav file')
        .argParser(parseSource)
        .default({ kind: 'marker' }, 'marker'),
    )
    .addOption(
      new Option('--say <text>', "what the system's own program for speech says once, as --send say:TEXT")
        .argParser(parseSpeech)
        .conflicts('send'),
    )
    .option('--dtmf <digits>', 'digits to send after the answer', parseDigits)
    .addOption(
      new Option('--dtmf-mode <mode>', dtmfModes.join(', ')).argParser(parseDtmfMode).default('rfc4733', 'rfc4733'),
    )
    .option(
      '--at <time:action>',
      'do that so long after the answer, like 3s:hold (repeatable; actions below)',
      parseTimed,
    )
    .option('--script <file>', 'do what stands in that file after the answer, a line after the other (actions below)')
    .option('--duration <seconds>', 'how long to stay after the answer (with a script: to its end)', parseSeconds, 5)
    .option('--ring-timeout <seconds>', 'how long to wait for an answer', parseSeconds, 60)
    .option(
      '--local <address>',
      'the local IP address (default: the one of the settings; any: the one that reaches the peer)',
      parseLocal,
    )
    .option('--rtp-ports <a-b>', rtpPortsUsual, parsePortRange)
    .option('--no-latch', 'send RTP where the session description says, wherever that of the peer comes from')
    .option('--rtcp-xr', 'ask for VoIP metrics and send them (RTCP XR, RFC 3611; default: to who asks for them)')
    .option('--ptime <ms>', 'the packet time to ask for: 10 to 60 (default: 20)', parsePtime)
    .option(
      '--media-timeout <seconds>',
      'end the call after so long without RTP and RTCP of the peer (default: 0, never)',
      parseMediaTimeout,
    )
    .addOption(
      new Option(
        '--first-packet <side>',
        'who sends RTP first: us, or the peer (this side waits for it; default: us)',
      ).choices(['us', 'peer']),
    )
    .option('--impair <list>', impairmentUse, parseImpairments)
    .option('--wrong <list>', 'what to do wrong on purpose, to see how it is taken (names below)', parseCallerWrong)
    .option('--tls-ca <file>', 'a CA to trust (PEM; default: those of the system)')
    .option('--tls-insecure', 'accept any TLS certificate')
    .option('--tls-cert <file>', 'our certificate, where the peer asks for one (PEM, with its chain)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--ws-path <path>', 'where the peer opens WebSockets (default: /)', parsePath)
    .option('--contact-rewrite', 'behind a NAT: name the address that the peer sees in our Contact')
    .option('--dns <host[:port]>', 'a name server instead of those of the system (repeatable)', parseNameServer)
    .option('--record <file.wav>', 'record both directions')
    .option('--pcap <file>', 'write what went over the wire')
    .option('--report <file.html>', 'write a page that anyone can open')
    .addHelpText(
      'after',
      `
Examples:
  ringback call sip:1001@192.0.2.10
  ringback call '+1 999 123 4567' --trunk my-trunk
  ringback call 'sip:agent_1@sip.example.com;transport=tcp' --user alice --password-env TRUNK_PASSWORD
  ringback call sip:+15550100@trunk.example --header 'X-CALL-ID: 42' --send marker --pcap call.pcap --json
  ringback call sip:1001@192.0.2.10 --say 'I would like to book a table' --duration 20
  ringback call sip:1001@192.0.2.10 --script booking.txt --record booking.wav
  ringback call sip:1001@192.0.2.10 --impair burst=5%x4,jitter=30ms --duration 30
  ringback call sip:1001@192.0.2.10 --at 2s:hold --at 5s:resume --at '6s:dtmf 12#' --duration 8

Actions of --at: hold, hold MUSIC, resume, mute, unmute, dtmf DIGITS, record FILE.wav, record (ends it), refer URI,
reinvite, update, hangup. MUSIC, which the peer hears while it is on hold, is ${musicForms}.

Actions of a script, a line each; # begins a comment, and a script that fails ends the call with a fault:
${scriptActions}

Impairments; times count from the first packet that could have been sent:
${impairmentLines()}

Wrong on purpose:
${callerWrongLines()}`,
    )
    .action(async (uri: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CallOptions>()
      const password = await readPassword(options.passwordEnv, options.user)
      const tlsCa = readCa(options.tlsCa)
      const chosen = (name: string) => command.getOptionValueSource(name) === 'cli'
      const speaksByScript = options.script !== undefined && !chosen('send')
      const endsWithScript = options.script !== undefined && !chosen('duration')
      const args = given({
        uri,
        trunk: options.trunk,
        transport: options.transport,
        proxy: options.proxy,
        user: options.user,
        password,
        from: options.from,
        displayName: options.display,
        headers: headersOf(options),
        codecs: options.codecs,
        encryption: options.encryption,
        encryptionForm: options.encryptionForm,
        srtpSuites: options.srtpSuites,
        source: options.say ?? (speaksByScript ? { kind: 'silence' } : options.send),
        dtmf: options.dtmf,
        dtmfMode: options.dtmfMode,
        timeline: options.at,
        script: options.script === undefined ? undefined : readScript(options.script, options.dtmfMode),
        durationMs: endsWithScript ? null : options.duration * 1000,
        ringTimeoutMs: Math.max(1, options.ringTimeout * 1000),
        localAddress: options.local,
        rtpPorts: options.rtpPorts,
        ptimeMs: options.ptime,
        latch: options.latch,
        rtcpXr: options.rtcpXr,
        mediaTimeoutMs: options.mediaTimeout?.ms,
        impairments: impairmentsWith(options.impair, options.firstPacket === 'peer' ? ['both-wait'] : []),
        wrong: options.wrong,
        tlsCa,
        tlsInsecure: options.tlsInsecure,
        tlsIdentity: readIdentity(options),
        contactRewrite: options.contactRewrite,
        webSocketResource: options.wsPath,
        recordTo: options.record,
        pcapTo: options.pcap,
      }) as PlaceCall
      finish(
        await withEngine(options, options.trunk !== undefined, async (engine, interrupted) => {
          if (options.report !== undefined) checkPage(options.report)
          sayImpaired(args.impairments)
          for (const name of options.wrong ?? []) warn(wrongWords(callerWrongs[name]))
          await sayOfCall(engine, args)
          const report = await followCall(engine, () => engine.execute('call.place', args), interrupted, options)
          if (options.json) await printJson(report)
          const lost = sayNotKept(report)
          const saved = options.report === undefined || savePage(options.report, [report])
          return lost || !saved ? exitCode.machine : exitOf(report)
        }),
      )
    })
}
