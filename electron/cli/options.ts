import { InvalidArgumentError, type Command } from 'commander'
import { parseUri } from '../../shared/wire/sip/grammar.ts'
import { isIp, parseHostPort } from '../../shared/base/address.ts'
import { speechTextSchema } from '../../shared/contract/actions.ts'
import type { Behaviour, ListenerArgs } from '../../shared/contract/agent-parts.ts'
import { exportFormatSchema, type ExportFormat } from '../../shared/contract/commands.ts'
import {
  codecSchema,
  codecsSchema,
  type AgentSource,
  webSocketResourceSchema,
} from '../../shared/contract/place-call.ts'
import { budgetNames, budgets, type BudgetName } from '../../shared/model/budgets.ts'
import { codecDescriptor, codecNames, usualCodecs } from '../../shared/model/codecs.ts'
import { dtmfModes, type DtmfMode } from '../../shared/model/dtmf.ts'
import {
  encryptionForms,
  encryptions,
  offeredSuites,
  srtpSuites,
  type Encryption,
  type EncryptionForm,
  type SrtpSuite,
} from '../../shared/model/encryption.ts'
import { anyLocalAddress } from '../../shared/model/local-address.ts'
import { mostSpeech } from '../../shared/model/speech.ts'
import { transportNamed, transportNames, type TransportName } from '../../shared/model/transport.ts'

const invalid = (text: string) => new InvalidArgumentError(text)

export function parseSource(text: string): AgentSource {
  const source = sourceNamed(text)
  if (source) return source
  if (text === 'microphone') throw invalid('the window has a microphone, the command line has none: choose another.')
  throw invalid('choose tone[:HZ], silence, echo, marker, say:TEXT or a .wav file.')
}

/** Null where no source has that name. */
function sourceNamed(text: string): AgentSource | null {
  const tone = /^tone(?::(\d+))?$/.exec(text)
  if (tone) {
    const hz = tone[1] === undefined ? 440 : Number(tone[1])
    if (hz < 20 || hz > 3900) throw invalid(`a tone of ${hz} Hz cannot be sent: 20 to 3900 Hz can.`)
    return { kind: 'tone', hz }
  }
  if (text.startsWith('say:')) return parseSpeech(text.slice(4))
  if (text === 'silence' || text === 'echo' || text === 'marker') return { kind: text }
  return /\.wav$/i.test(text) ? { kind: 'file', path: text } : null
}

/** A text to be spoken. */
export function parseSpeech(text: string): AgentSource {
  const said = speechTextSchema.safeParse(text)
  if (!said.success) throw invalid(`give a text with words, of at most ${mostSpeech} characters.`)
  return { kind: 'speech', text: said.data }
}

export function parseBehaviour(text: string): Behaviour {
  const reject = /^reject:(\d{3})(?::(.+))?$/.exec(text)
  if (reject) {
    const code = Number(reject[1])
    if (code < 300 || code > 699) throw invalid(`${code} refuses nothing: give a code from 300 to 699.`)
    const contact = reject[2]
    if (contact === undefined) return { kind: 'reject', code }
    if (code > 399) throw invalid(`${code} does not redirect: only 300 to 399 go with a URI.`)
    if (!parseUri(contact) || /[\s<>"]/.test(contact)) throw invalid(`"${contact}" is no SIP URI to redirect to.`)
    return { kind: 'reject', code, contact }
  }
  if (text === 'ring' || text === 'ignore') return { kind: text }
  const source = sourceNamed(text)
  if (source) return { kind: 'answer', source }
  if (text === 'microphone') throw invalid('an agent has no microphone: a person who answers in the window has one.')
  throw invalid(
    'choose echo, tone[:HZ], marker, silence, say:TEXT, a .wav file, reject:CODE, reject:302:URI, ring or ignore.',
  )
}

export function parseTransport(text: string): TransportName {
  const name = transportNamed(text)
  if (name) return name
  throw invalid(`choose one of ${transportNames.join(', ')}.`)
}

/** The transports there are, as `--transport` takes them. */
export const transportList = `${transportNames.slice(0, -1).join(', ')} or ${transportNames.at(-1)}`
export const encryptionList = `${encryptions.slice(0, -1).join(', ')} or ${encryptions.at(-1)}`
export const passwordFrom = 'the environment variable that holds the password (default: a terminal is asked for it)'
export const rtpPortsUsual = 'the range of RTP ports (default: as in the settings of the window, at first 20000-29999)'

/** The codecs that are offered and accepted, and all that there are, as `--codecs` takes them. */
export const codecList = usualCodecs().join(',')
export const codecsOf = `in order of preference, of ${codecNames().join(', ')}`

export function parseCodecs(text: string): string[] {
  const codecs = text.split(',').map((part) => {
    const codec = codecSchema.safeParse(codecDescriptor(part.trim())?.name)
    if (!codec.success)
      throw invalid(`codec "${part}" is not available in this version: choose from ${codecSchema.options.join(', ')}.`)
    return codec.data
  })
  const fault = codecsSchema.safeParse(codecs).error?.issues[0]
  if (fault) throw invalid(`${fault.message} of ${codecSchema.options.join(', ')}.`)
  return codecs
}

export function parseEncryption(text: string): Encryption {
  const encryption = encryptions.find((known) => known === text)
  if (!encryption) throw invalid('choose disabled, allowed or required.')
  return encryption
}

export const formList = encryptionForms.join(' or ')
export const formUse = `how encryption that is allowed is offered first: ${formList}; where that is refused, the other`

export function parseForm(text: string): EncryptionForm {
  const form = encryptionForms.find((known) => known === text)
  if (!form) throw invalid(`choose ${formList}.`)
  return form
}

export const suiteUse = `suites of SRTP to offer, in this order, and to accept, of ${srtpSuites.join(', ')}`
/** What is offered without `--srtp-suites`. */
export const suiteList = offeredSuites.join(',')

export function parseSuites(text: string): SrtpSuite[] {
  return text.split(',').map((part) => {
    const suite = srtpSuites.find((known) => known === part.trim().toUpperCase())
    if (!suite) throw invalid(`suite "${part}" is none of ${srtpSuites.join(', ')}.`)
    return suite
  })
}

export function parseDigits(text: string): string {
  if (!/^[0-9*#A-Da-d]{1,64}$/.test(text)) throw invalid('digits are 0-9, *, # and A-D, at most 64 of them.')
  return text
}

export function parseDtmfMode(text: string): DtmfMode {
  const mode = dtmfModes.find((known) => known === text)
  if (!mode) throw invalid('choose rfc4733, info or inband.')
  return mode
}

export function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || seconds > 86_400) throw invalid('give seconds, at most 86400.')
  return seconds
}

/** A name server: an address, with a port where it is not 53. */
export function parseNameServer(text: string, before: readonly string[] = []): string[] {
  const address = parseHostPort(text)
  if (!address || !isIp(address.host))
    throw invalid('give the IP address of a name server, like 192.0.2.53 or 192.0.2.53:5353.')
  return [...before, text]
}

export function parseRequire(text: string): '100rel' {
  if (text !== '100rel') throw invalid('100rel is the only extension that can be required.')
  return text
}

/** The path of a WebSocket. */
export function parsePath(text: string): string {
  if (!webSocketResourceSchema.safeParse(text).success) throw invalid('give the path of the URL, like /ws.')
  return text
}

/** `https://example.com`: the page of a browser that may connect; `*`: any. */
export function parseOrigin(text: string, before: readonly string[] = []): string[] {
  const origin = URL.canParse(text) ? new URL(text).origin : null
  if (text !== '*' && (origin === null || origin === 'null'))
    throw invalid('give the origin of a page, like https://example.com, or * for all.')
  return [...before, origin ?? text]
}

/** The packet time of RTP, in ms. */
export function parsePtime(text: string): number {
  const ms = Number(text)
  if (!/^\d{2}$/.test(text) || ms < 10 || ms > 60) throw invalid('give a packet time of 10 to 60 ms.')
  return ms
}

/** Seconds without media before a call ends, in ms; 0 is null: never. */
export function parseMediaTimeout(text: string): { readonly ms: number | null } {
  const seconds = parseSeconds(text)
  if (seconds > 0 && seconds < 1) throw invalid('give at least 1 second, or 0 to wait for ever.')
  return { ms: seconds === 0 ? null : seconds * 1000 }
}

export function parseFormat(text: string): ExportFormat {
  const format = exportFormatSchema.safeParse(text.toLowerCase())
  if (!format.success) throw invalid(`choose one of ${exportFormatSchema.options.join(', ')}.`)
  return format.data
}

export function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw invalid('give a whole number.')
  return Number(text)
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  const number = parseWhole(text)
  if (number === 0) throw invalid('give a number from 1.')
  return number
}

export function parsePortRange(text: string): { first: number; last: number } {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text)
  const [first, last] = [Number(match?.[1]), Number(match?.[2])]
  if (!match || first < 1024 || last > 65_535 || last - first < 1)
    throw invalid('give a range like 10000-20000, between 1024 and 65535.')
  return { first, last }
}

export function parseLocal(text: string): string {
  if (!isIp(text) && text !== anyLocalAddress)
    throw invalid(`give an IP address of this machine, or ${anyLocalAddress}.`)
  return text
}

export function parseListener(text: string, before: readonly ListenerArgs[] = []): ListenerArgs[] {
  const colon = text.indexOf(':')
  const transport = transportNamed(text.slice(0, Math.max(0, colon)))
  const address = parseHostPort(text.slice(colon + 1))
  if (!transport || !address || !isIp(address.host) || address.port === null)
    throw invalid(
      'write transport:address:port, like udp:127.0.0.1:5060 (an IP address; port 0 takes any; transports are ' +
        `${transportNames.join(', ')}).`,
    )
  return [...before, { transport, address: address.host, port: address.port }]
}

/** `NAME=N` of shared/model/budgets.ts. */
export function parseLimit(text: string, before: BudgetLimitsGiven = {}): BudgetLimitsGiven {
  const [given = '', number = ''] = text.split('=')
  const name = budgetNames.find((known) => known === given)
  if (!name) throw invalid(`"${given.slice(0, 60)}" is no limit: choose one of ${budgetNames.join(', ')}.`)
  const limit = /^\d{1,10}$/.test(number) ? Number(number) : 0
  if (limit < 1 || limit > budgets[name].most)
    throw invalid(`${name} can be 1 to ${budgets[name].most}: write ${name}=${budgets[name].initial}.`)
  return { ...before, [name]: limit }
}

export type BudgetLimitsGiven = { readonly [Name in BudgetName]?: number }

/** The limits there are, a line each. */
export function limitLines(): string {
  const width = Math.max(...budgetNames.map((name) => name.length))
  return budgetNames
    .map((name) => `  ${name.padEnd(width)}  ${String(budgets[name].initial).padStart(8)}  ${budgets[name].title}`)
    .join('\n')
}

export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text]

/** The options of cli.md that every command has. */
export function withCommon(command: Command): Command {
  return command
    .option('--json', 'print one JSON document (long-running commands: one object a line)')
    .option('--profile <dir>', 'where settings and history live (or $RINGBACK_PROFILE)')
    .option('--verbose', 'say on standard error what happens inside')
    .option('--no-color', 'no colours (also NO_COLOR)')
}
