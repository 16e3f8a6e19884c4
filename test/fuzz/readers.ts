import { deepStrictEqual } from 'node:assert'
import { unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RingbackError } from '../../electron/engine/base/errors.ts'
import { Boundary, faultText } from '../../electron/engine/base/boundary.ts'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { meterOf } from '../../electron/engine/media/codec/index.ts'
import { Engine } from '../../electron/engine/engine.ts'
import { atRate, decodeWav } from '../../electron/engine/media/audio/wav.ts'
import { SrtpContext } from '../../electron/engine/srtp/srtp.ts'
import { htmlReport } from '../../electron/engine/report/html-report.ts'
import { dialogReportOf, registrationReportOf, reportOf, streamOf } from '../../electron/engine/report/report.ts'
import { DigestClient } from '../../electron/engine/sip/digest/client.ts'
import { canAnswer, parseChallenge } from '../../electron/engine/sip/digest/digest.ts'
import { parseDigest } from '../../electron/engine/sip/digest/params.ts'
import { DigestServer } from '../../electron/engine/sip/digest/server.ts'
import { CallProjection } from '../../electron/engine/trace/facts/call-projection.ts'
import { CallTrace } from '../../electron/engine/trace/journal/call-trace.ts'
import { Session } from '../../electron/shell/session.ts'
import { openPort } from '../../electron/shell/window-port.ts'
import { inCidr, ipBytes, parseCidr, parseHostPort } from '../../shared/base/address.ts'
import { decodeText, elide, printable, visible } from '../../shared/base/text.ts'
import {
  callReportSchema,
  dialogReportSchema,
  registrationReportSchema,
  relatedCallSchema,
  streamSchema,
} from '../../shared/contract/report.ts'
import { parseRtcp, writeRtcp } from '../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, isRtcp, readRtp, rtpHeaderBytes, writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'
import { readTelephoneEvent, writeTelephoneEvent } from '../../shared/wire/rtp/telephone-event.ts'
import { explainSdp } from '../../shared/words/explain.ts'
import { audioOf, parseSdp, writeSdp, type SessionDescription } from '../../shared/wire/sdp/sdp.ts'
import { compareMessages } from '../../shared/wire/sip/compare.ts'
import { addressFault, dialFault, dialled } from '../../shared/words/dial.ts'
import { StreamFramer } from '../../shared/wire/sip/frame.ts'
import {
  messageIds,
  parseCSeq,
  parseNameAddr,
  parseParams,
  parseUri,
  parseVia,
  quote,
  unquote,
  uriOf,
} from '../../shared/wire/sip/grammar.ts'
import { platformMeaning, variableOf } from '../../shared/providers/variables.ts'
import { headerMeaning, messageMeaning } from '../../shared/words/meaning.ts'
import {
  headerList,
  makeHeader,
  makeRequest,
  splitList,
  startLine,
  type SipMessage,
} from '../../shared/wire/sip/message.ts'
import { expiresOf } from '../../shared/wire/sip/numbers.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { maskNumbers, redact } from '../../shared/wire/sip/redact.ts'
import { SipWriteError, writeSip } from '../../shared/wire/sip/write.ts'
import { customHeaderFault } from '../../shared/words/own-headers.ts'
import { openCaptures } from '../harness/opened.ts'
import { predictableRandom } from '../harness/random.ts'
import { Dice, hashOf } from './dice.ts'
import { httpRequest, sdp, sipMessage, uri, usualSlots, windowMessage } from './grammar.ts'
import { keyLog, textLog, wrappedCapture } from './encapsulations.ts'
import { hostileText, longRun, mutate } from './mutate.ts'
import { pcapFile, pcapngFile, rtcpPacket, rtpPacket, stunPacket, wavFile } from './packets.ts'
import { secretsIn, textWithSecrets } from './secret-texts.ts'
import type { Seeds } from './seeds.ts'

/** What takes bytes from outside, with what must be true of it whatever the bytes. `check` throws what is wrong. */
export interface Reader {
  readonly name: string
  make(dice: Dice, seeds: Seeds): Buffer
  check(bytes: Buffer): void | Promise<void>
}

class Wrong extends Error {}

function must(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Wrong(text)
}

const whole = (value: unknown, least: number, most: number, what: string) =>
  must(
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    `${what} is ${JSON.stringify(value)}: not a whole number from ${least} to ${most}`,
  )
const string = (value: unknown, what: string) =>
  must(typeof value === 'string', `${what} is ${typeof value} ${String(JSON.stringify(value)).slice(0, 40)}, not text`)
const maybe = (value: unknown, check: () => void) => {
  if (value !== null) check()
}

/** Chance that belongs to an input: the same when it is replayed. */
const diceOf = (bytes: Uint8Array) => new Dice(hashOf(bytes), bytes.length)

/** Made by the grammar, mutated from a sample or from what the grammar made, or something long. */
function mixed(dice: Dice, made: () => Buffer, samples: readonly Buffer[]): Buffer {
  const sample = () => (samples.length > 0 && dice.chance(0.5) ? dice.pick(samples) : made())
  const kind = dice.below(20)
  if (kind < 8) return made()
  if (kind < 19) return mutate(dice, sample(), sample())
  return Buffer.from(longRun(dice), 'latin1')
}

const sip = (dice: Dice, seeds: Seeds) => mixed(dice, () => sipMessage(dice), seeds.get('sip') ?? [])
const description = (dice: Dice, seeds: Seeds) =>
  mixed(dice, () => Buffer.from(sdp(dice), 'latin1'), seeds.get('sdp') ?? [])

/** Several inputs in one: each behind its length, which may lie. */
function packed(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.length)
      return [length, part]
    }),
  )
}

function unpacked(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at + 4 <= bytes.length;) {
    const size = Math.min(bytes.readUInt32BE(at), bytes.length - at - 4)
    parts.push(bytes.subarray(at + 4, at + 4 + size))
    at += 4 + size
  }
  return parts
}

function readable(bytes: Uint8Array): SipMessage | null {
  const message = parseSip(bytes)
  return message.kind === 'unreadable' ? null : message
}

function checkSip(bytes: Buffer): void {
  const message = parseSip(bytes)
  if (message.kind === 'unreadable') return string(message.text, 'the reason')
  if (message.kind === 'response') whole(message.status, 0, 999, 'the status')
  else string(message.uri, 'the request URI')
  must(message.body.length <= bytes.length, 'the body is longer than the message')
  for (const { name, value, key } of message.headers) [name, value, key].forEach((text) => string(text, 'a header'))
  for (const problem of message.problems) string(problem.text, 'a problem')
  const { cseq, via, callId, fromTag, toTag } = messageIds(message)
  maybe(cseq, () => whole(cseq!.number, 0, 2 ** 31 - 1, 'the CSeq number'))
  maybe(via?.port ?? null, () => whole(via!.port, 0, 65_535, 'the port of Via'))
  for (const id of [callId, fromTag, toTag]) maybe(id, () => string(id, 'an identifier'))
  for (const key of ['via', 'contact', 'route']) for (const value of headerList(message, key)) parseNameAddr(value)
  messageMeaning(message)
  string(startLine(message), 'the start line')
  if (!message.problems.some(({ fatal }) => fatal)) writtenAndReadBack(message)
}

/** What we write is read as it was, unless it is said that it must not be sent. */
function writtenAndReadBack(message: SipMessage): void {
  let bytes: Uint8Array
  try {
    bytes = writeSip(message)
  } catch (error) {
    if (error instanceof SipWriteError) return
    throw error
  }
  const again = readable(bytes)
  must(again !== null, 'what was written cannot be read')
  const fields = ({ headers }: SipMessage) =>
    headers.filter(({ key }) => key !== 'content-length').map(({ name, value }) => `${name}: ${value.trim()}`)
  deepStrictEqual(fields(again), fields(message))
  must(
    startLine(again).trimEnd() === startLine(message).trimEnd(),
    'the start line is another after writing and reading',
  )
  must(
    Buffer.compare(Buffer.from(again.body), Buffer.from(message.body)) === 0,
    'the body is another after writing and reading',
  )
}

function checkDescription(session: SessionDescription): void {
  const { origin } = session
  for (const value of [origin.username, origin.sessionId, origin.address]) string(value, 'a part of o=')
  whole(origin.version, 0, Number.MAX_SAFE_INTEGER, 'the version of o=')
  for (const medium of session.media) {
    string(medium.kind, 'the kind of a medium')
    string(medium.protocol, 'the protocol of a medium')
    whole(medium.port, 0, 65_535, 'the port of a medium')
    maybe(medium.address, () => string(medium.address, 'the address of a medium'))
    maybe(medium.rtcpPort, () => whole(medium.rtcpPort, 0, 65_535, 'the RTCP port'))
    maybe(medium.ptimeMs, () =>
      must(Number.isFinite(medium.ptimeMs) && medium.ptimeMs! > 0, `ptime is ${medium.ptimeMs}`),
    )
    for (const format of medium.formats) {
      whole(format.payloadType, 0, 127, 'a payload type')
      string(format.codec, 'the name of a codec')
      whole(format.clockRateHz, 0, 1_000_000_000, 'a clock rate')
      whole(format.channels, 1, 1000, 'a number of channels')
      maybe(format.parameters, () => string(format.parameters, 'the parameters of a format'))
    }
    for (const crypto of medium.crypto) {
      whole(crypto.tag, 0, 999_999_999, 'the tag of a=crypto')
      for (const value of [crypto.suite, crypto.keyParams]) string(value, 'a part of a=crypto')
      maybe(crypto.sessionParams, () => string(crypto.sessionParams, 'the session parameters of a=crypto'))
    }
  }
  audioOf(session)
}

function checkSdp(bytes: Buffer): void {
  const text = decodeText(bytes)
  const session = parseSdp(text)
  if (typeof session !== 'string') checkDescription(session)
  for (const { line, text: explained } of explainSdp(text))
    [line, explained].forEach((value) => string(value, 'an explained line'))
}

/** A description as a negotiation builds it. */
function checkWrittenSdp(bytes: Buffer): void {
  const dice = diceOf(bytes)
  const host = dice.pick(['192.0.2.1', '127.0.0.1', '2001:db8::1'])
  const session: SessionDescription = {
    origin: { username: '-', sessionId: String(dice.below(2 ** 31)), version: dice.below(2 ** 31), address: host },
    media: [
      {
        kind: 'audio',
        port: dice.below(65_536),
        protocol: dice.pick(['RTP/AVP', 'RTP/SAVP']),
        address: host,
        direction: dice.pick(['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const),
        ptimeMs: dice.pick([null, 10, 20, 60]),
        rtcpPort: null,
        rtcpMux: false,
        formats: dice
          .shuffled([
            { payloadType: 0, codec: 'PCMU', clockRateHz: 8000, channels: 1, parameters: null },
            { payloadType: 8, codec: 'PCMA', clockRateHz: 8000, channels: 1, parameters: null },
            {
              payloadType: dice.between(96, 127),
              codec: 'telephone-event',
              clockRateHz: 8000,
              channels: 1,
              parameters: '0-16',
            },
            { payloadType: 95, codec: 'opus', clockRateHz: 48_000, channels: 2, parameters: 'useinbandfec=1' },
          ])
          .slice(0, dice.between(1, 4)),
        crypto: dice.chance(0.5)
          ? [
              {
                tag: dice.between(1, 9),
                suite: 'AES_CM_128_HMAC_SHA1_80',
                keyParams: `inline:${dice.bytes(30).toString('base64')}`,
                sessionParams: null,
              },
            ]
          : [],
      },
    ],
  }
  deepStrictEqual(parseSdp(writeSdp(session)), session)
}

function checkFraming(bytes: Buffer): void {
  const dice = diceOf(bytes)
  const messages = (chunks: Iterable<Uint8Array>) => {
    const framer = new StreamFramer()
    const found: Buffer[] = []
    let broken = false
    for (const chunk of chunks) {
      for (const frame of framer.push(chunk)) {
        if (frame.kind === 'message') found.push(Buffer.from(frame.bytes))
        if (frame.kind === 'broken') broken = true
      }
    }
    return { found, broken }
  }
  const most = dice.pick([1, 3, 60, 1500, 70_000])
  const atOnce = messages([bytes])
  const cut = messages(
    (function* () {
      for (let at = 0; at < bytes.length;) {
        const size = dice.between(1, most)
        yield Buffer.from(bytes.subarray(at, at + size))
        at += size
      }
    })(),
  )
  must(atOnce.found.reduce((sum, part) => sum + part.length, 0) <= bytes.length, 'frames are longer than the stream')
  must(
    atOnce.found.length === cut.found.length && atOnce.found.every((part, i) => part.equals(cut.found[i]!)),
    `cut into pieces of up to ${most} bytes the stream has ${cut.found.length} messages, whole ${atOnce.found.length}`,
  )
  must(atOnce.broken === cut.broken, 'whether the stream is broken depends on how it is cut')
}

function checkRtp(bytes: Buffer): void {
  const header = emptyRtpHeader()
  const fault = readRtp(bytes, header)
  if (fault !== null) return string(fault, 'the reason')
  whole(header.payloadType, 0, 127, 'the payload type')
  whole(header.sequence, 0, 65_535, 'the sequence number')
  whole(header.timestamp, 0, 2 ** 32 - 1, 'the timestamp')
  whole(header.ssrc, 0, 2 ** 32 - 1, 'the SSRC')
  must(
    header.payloadLength >= 0 && header.payloadOffset + header.payloadLength <= bytes.length,
    'the payload lies outside the packet',
  )
  const event = readTelephoneEvent(bytes.subarray(header.payloadOffset, header.payloadOffset + header.payloadLength))
  if (event) deepStrictEqual(readTelephoneEvent(writeTelephoneEvent(event)), event)
  const written = new Uint8Array(rtpHeaderBytes)
  writeRtpHeader(written, header.payloadType, header.marker, header.sequence, header.timestamp, header.ssrc)
  const again = emptyRtpHeader()
  must(
    readRtp(written, again) === null &&
      again.ssrc === header.ssrc &&
      again.sequence === header.sequence &&
      again.timestamp === header.timestamp,
    'the header is another after writing and reading',
  )
}

function checkRtcp(bytes: Buffer): void {
  isRtcp(bytes)
  const packets = parseRtcp(bytes)
  if (typeof packets === 'string') return
  must(packets.length <= bytes.length / 4, 'more packets than bytes')
  for (const packet of packets) {
    if (packet.type === 'sr' || packet.type === 'rr')
      for (const block of packet.reports)
        for (const [name, value] of Object.entries(block)) whole(value, -(2 ** 23), 2 ** 32 - 1, name)
    if (packet.type === 'sr' || packet.type === 'rr') deepStrictEqual(parseRtcp(writeRtcp([packet])), [packet])
  }
}

const master = Uint8Array.from({ length: 30 }, (_, i) => i)

function checkSrtp(bytes: Buffer): void {
  const dice = diceOf(bytes)
  const suite = dice.pick(['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'] as const)
  const [ours, theirs] = [new SrtpContext(suite, master), new SrtpContext(suite, master)]
  const clear = rtpPacket(dice)
  clear[0] = 0x80
  const header = emptyRtpHeader()
  readRtp(clear, header)
  const good = theirs.protectRtp(clear, rtpHeaderBytes, header.ssrc, header.sequence)
  const bad = dice.chance(0.5) ? bytes : mutate(dice, good, bytes)
  if (readRtp(bad, header) === null && !bad.equals(good))
    must(
      typeof ours.unprotectRtp(bad, header.payloadOffset, header.ssrc, header.sequence) === 'string',
      'a packet that nobody protected was accepted',
    )
  const report = theirs.protectRtcp(Buffer.concat([rtcpPacket(dice), Buffer.alloc(8)]))
  const badReport = dice.chance(0.5) ? bytes : mutate(dice, report, bytes)
  if (!badReport.equals(report))
    must(typeof ours.unprotectRtcp(badReport) === 'string', 'a report that nobody protected was accepted')
  const opened = ours.unprotectRtcp(report)
  must(typeof opened !== 'string', `a good report was refused after bad ones: ${String(opened)}`)
}

const random = predictableRandom()
const credentials = { username: 'alice', password: 'not the one' }

function checkDigest(bytes: Buffer): void {
  const text = decodeText(bytes)
  const params = parseDigest(text)
  if (params)
    for (const value of Object.values(params).flat())
      if (value !== null && typeof value !== 'boolean') string(value, 'a digest parameter')
  const challenge = parseChallenge(text)
  if (challenge) must(typeof canAnswer(challenge) === 'boolean', 'canAnswer says neither')
  const flat = text.replace(/[\r\n]/g, ' ')
  for (const [status, name] of [
    [401, 'WWW-Authenticate'],
    [407, 'Proxy-Authenticate'],
  ] as const) {
    const response = readable(Buffer.from(`SIP/2.0 ${status} No\r\n${name}: ${flat}\r\n\r\n`))
    const client = new DigestClient(credentials, random)
    if (response?.kind !== 'response') continue
    for (let i = 0; i < 3; i++) {
      client.challenged(response)
      for (const { value } of client.headersFor('INVITE', 'sip:a@b')) string(value, 'the credentials')
    }
  }
  const server = new DigestServer([credentials], 'ringback', systemClock, random)
  for (const value of [flat, flat.replace(/nonce="[^"]*"/, `nonce="${nonceOf(server)}"`)]) {
    const request = makeRequest('INVITE', 'sip:a@b', [{ name: 'Authorization', value, key: 'authorization' }])
    must(server.check(request).kind !== 'ok', 'credentials of nobody were accepted')
  }
}

function nonceOf(server: DigestServer): string {
  const verdict = server.check(makeRequest('INVITE', 'sip:a@b', []))
  return verdict.kind === 'challenge' ? (parseDigest(verdict.headers[0]!.value)?.nonce ?? '') : ''
}

// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001f\u007f-\u009f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

function checkValues(bytes: Buffer): void {
  const text = decodeText(bytes)
  const parsed = parseUri(text)
  if (parsed) maybe(parsed.port, () => whole(parsed.port, 0, 65_535, 'a port'))
  const via = parseVia(text)
  if (via) maybe(via.port, () => whole(via.port, 0, 65_535, 'the port of Via'))
  const host = parseHostPort(text)
  if (host) maybe(host.port, () => whole(host.port, 0, 65_535, 'a port'))
  const cidr = parseCidr(text)
  if (cidr) inCidr(cidr, '127.0.0.1')
  const number = expiresOf({ headers: [makeHeader('Expires', text)] })
  maybe(number, () => whole(number, 0, 2 ** 32 - 1, 'a number'))
  for (const read of [
    parseNameAddr,
    parseParams,
    parseCSeq,
    ipBytes,
    splitList,
    uriOf,
    headerMeaning,
    platformMeaning,
    variableOf,
    addressFault,
  ])
    (read as (text: string) => unknown)(text)
  must(unquote(quote(text)) === text || /[\r\n]/.test(text), 'quoting and unquoting gives another text')
  const fault = dialFault(text)
  if (fault === null) must(parsed !== null, 'what can be dialled is no URI')
  for (const through of [null, 'trunk.example:5080']) {
    const read = dialled(text, through)
    if ('uri' in read) must(parseUri(read.uri) !== null, 'what is dialled is no URI')
    else if (read.correction !== null && read.caret === undefined)
      must(dialFault(read.correction, through) === null, 'a correction is refused in turn')
  }
  if (customHeaderFault('X-A', text) === null && text === text.trim())
    writtenAndReadBack(makeRequest('OPTIONS', 'sip:a@b', [{ name: 'X-A', value: text, key: 'x-a' }]))
  customHeaderFault(text, 'x')
  must(!hidden.test(visible(text)), 'visible() leaves something hidden')
  must(!hidden.test(printable(text)), 'printable() leaves something hidden')
  // A character that a person counts as one may be of 16 units.
  must(elide(text, 40).length <= 41 * 16, 'elide() is longer than asked for')
}

function checkRedaction(bytes: Buffer): void {
  const text = decodeText(bytes)
  for (const [name, shown] of [
    ['redact', redact(text)],
    ['redact of redact', redact(redact(text))],
    ['maskNumbers', maskNumbers(text)],
  ] as const) {
    must(shown.length === text.length, `${name} changes the length from ${text.length} to ${shown.length}`)
    if (name === 'maskNumbers') continue
    for (const secret of secretsIn(text))
      must(!shown.includes(secret), `${name} leaves the secret behind ${before(text, secret)}`)
  }
}

/** The name that stands before a secret. */
const before = (text: string, secret: string) =>
  /([\w-]+)[^\w-]*$/.exec(text.slice(0, text.indexOf(secret)).slice(-40))?.[1]?.toLowerCase() ?? 'nothing'

function checkComparison(bytes: Buffer): void {
  const [first, second] = unpacked(bytes).map(readable)
  if (!first || !second) return
  compareMessages(first, second)
  deepStrictEqual(compareMessages(first, first), [])
}

function refusing<T>(run: () => T): T | null {
  try {
    return run()
  } catch (error) {
    return refused(error)
  }
}

function refused(error: unknown): null {
  if (error instanceof RingbackError) return null
  throw error
}

function checkWav(bytes: Buffer): void {
  const sound = refusing(() => decodeWav(bytes, 'x.wav'))
  const samples = sound && atRate(sound, 8000)
  if (samples)
    must(
      samples instanceof Int16Array && samples.length <= bytes.length * 10,
      `${samples.length} samples from ${bytes.length} bytes`,
    )
}

async function checkCapture(bytes: Buffer): Promise<void> {
  const [file, keys] = ['pcap', 'keys'].map((name) => join(tmpdir(), `ringback-fuzz-${process.pid}.${name}`))
  writeFileSync(file!, bytes)
  writeFileSync(keys!, keyLog)
  try {
    const loaded = await openCaptures(file!, keys!).catch(refused)
    if (!loaded) return
    whole(loaded.packets, 0, bytes.length, 'the number of packets')
    for (const call of loaded.calls) validReport(call, loaded.lastAt)
    for (const trace of loaded.registrations) registrationReportSchema.parse(registrationReportOf(trace, loaded.lastAt))
    for (const trace of loaded.dialogs) dialogReportSchema.parse(dialogReportOf(trace, loaded.lastAt))
    for (const { packets } of loaded.unread) whole(packets, 1, bytes.length, 'the number of packets that were not read')
    for (const stream of loaded.unmatched) streamSchema.parse(streamOf(stream, null))
    for (const related of loaded.related) relatedCallSchema.array().parse(related)
  } finally {
    unlinkSync(file!)
    unlinkSync(keys!)
  }
}

function validReport(call: CallProjection, now: number): void {
  const report = reportOf(call, now, now)
  const parsed = callReportSchema.safeParse(report)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Wrong(`the report is not valid at ${issue!.path.join('.')}: ${issue!.message}`)
  }
  callReportSchema.parse(JSON.parse(JSON.stringify(report)))
  const page = htmlReport([report])
  must(!/<script|<img/i.test(page), 'the page has markup from the wire')
  // eslint-disable-next-line no-control-regex
  must(
    !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]/.test(page),
    'the page has hidden characters from the wire',
  )
}

/** Messages, RTP and RTCP of one call, in one journal. */
function checkReport(bytes: Buffer): void {
  const dice = diceOf(bytes)
  const vantage = dice.pick(['outbound', 'inbound', 'observed'] as const)
  const trace = new CallTrace('t', 'call', vantage)
  const call = new CallProjection(trace, meterOf, dice.chance(0.5))
  const [us, peer] = [
    { host: '192.0.2.1', port: 5060 },
    { host: '192.0.2.99', port: 5060 },
  ]
  let at = 1_700_000_000_000_000
  for (const part of unpacked(bytes)) {
    at += dice.below(3_000_000)
    const sent = dice.chance(0.5)
    const [source, destination] = sent ? [us, peer] : [peer, us]
    const known = vantage === 'observed' ? null : sent
    if (part[0]! >> 6 !== 2)
      trace.sip({
        at,
        transport: dice.pick(['udp', 'tcp', 'tls'] as const),
        source,
        destination,
        direction: known === null ? 'observed' : sent ? 'sent' : 'received',
        bytes: part,
        message: parseSip(part),
      })
    else if (isRtcp(part)) {
      const packets = parseRtcp(part)
      if (typeof packets !== 'string') trace.rtcp(at, source, destination, part, known, packets)
    } else if (readRtp(part, tracedHeader) === null) trace.rtp(at, source, destination, part, part, known, tracedHeader)
  }
  validReport(call, at)
}

const tracedHeader = emptyRtpHeader()
const session = new Session(null, 1)

function checkSession(bytes: Buffer): void {
  const text = decodeText(bytes)
  must(session.passOf(text) === null, 'a cookie that was never given out is accepted')
  must(session.exchange(text) === null, 'a token that was never given out is accepted')
}

let engine: Engine | null = null

async function checkWindow(bytes: Buffer): Promise<void> {
  engine ??= new Engine({ profile: null })
  let answers = 0
  const faults: string[] = []
  const port = openPort(
    engine,
    { version: '', profile: null, startedAt: '', notices: [] },
    new Boundary((fault) => faults.push(faultText(fault))),
    (message) => {
      if (message.type === 'result' || message.type === 'fault') answers++
      JSON.stringify(message)
    },
  )
  let asked = 0
  for (const part of unpacked(bytes)) {
    let said: unknown
    try {
      said = JSON.parse(part.toString())
    } catch {
      said = part.toString()
    }
    if (
      typeof said === 'object' &&
      said !== null &&
      'type' in said &&
      said.type === 'command' &&
      'id' in said &&
      Number.isSafeInteger(said.id) &&
      'name' in said &&
      typeof said.name === 'string'
    )
      asked++
    port.message(said)
  }
  for (let i = 0; i < 20 && answers < asked; i++) await new Promise<void>((resolve) => setImmediate(resolve))
  port.close()
  must(faults.length === 0, faults.join(', '))
  must(answers === asked, `${asked} commands were answered ${answers} times`)
}

const several = (dice: Dice, most: number, one: () => Buffer) => Array.from({ length: dice.between(1, most) }, one)

export const readers: readonly Reader[] = [
  { name: 'message', make: sip, check: checkSip },
  { name: 'description', make: description, check: checkSdp },
  { name: 'written description', make: (dice) => dice.bytes(8), check: checkWrittenSdp },
  {
    name: 'framing',
    check: checkFraming,
    make: (dice, seeds) =>
      Buffer.concat(
        several(dice, 6, () =>
          dice.chance(0.1)
            ? Buffer.from(dice.pick(['\r\n', '\r\n\r\n', '\r', '\n\n']))
            : dice.chance(0.7)
              ? sipMessage(dice, { ...usualSlots, odd: 0 })
              : sip(dice, seeds),
        ),
      ).subarray(0, 1 << 17),
  },
  {
    name: 'RTP',
    make: (dice, seeds) =>
      mixed(dice, () => (dice.chance(0.9) ? rtpPacket(dice) : stunPacket(dice)), [
        ...(seeds.get('rtp') ?? []),
        ...(seeds.get('stun') ?? []),
      ]),
    check: checkRtp,
  },
  {
    name: 'RTCP',
    make: (dice, seeds) => mixed(dice, () => rtcpPacket(dice), seeds.get('rtcp') ?? []),
    check: checkRtcp,
  },
  {
    name: 'SRTP',
    make: (dice, seeds) =>
      mixed(dice, () => (dice.chance(0.5) ? rtpPacket(dice) : rtcpPacket(dice)), seeds.get('rtp') ?? []),
    check: checkSrtp,
  },
  {
    name: 'digest',
    make: (dice, seeds) => mixed(dice, () => dice.pick(seeds.get('digest')!), seeds.get('digest') ?? []),
    check: checkDigest,
  },
  {
    name: 'values',
    make: (dice, seeds) =>
      mixed(
        dice,
        () =>
          Buffer.from(dice.pick([() => uri(dice, { ...usualSlots, odd: 0.3 }), () => hostileText(dice)])(), 'latin1'),
        seeds.get('text') ?? [],
      ),
    check: checkValues,
  },
  {
    name: 'redaction',
    make: (dice, seeds) =>
      dice.chance(0.6)
        ? Buffer.from(textWithSecrets(dice))
        : dice.chance(0.5)
          ? sip(dice, seeds)
          : description(dice, seeds),
    check: checkRedaction,
  },
  { name: 'comparison', make: (dice, seeds) => packed([sip(dice, seeds), sip(dice, seeds)]), check: checkComparison },
  { name: 'WAV', make: (dice) => mixed(dice, () => wavFile(dice), []), check: checkWav },
  {
    name: 'capture',
    check: checkCapture,
    make: (dice, seeds) =>
      mixed(
        dice,
        () =>
          dice.pick([pcapFile, pcapngFile])(
            dice,
            several(dice, 12, () =>
              dice.chance(0.6)
                ? sip(dice, seeds).subarray(0, 4000)
                : dice.chance(0.8)
                  ? rtpPacket(dice)
                  : rtcpPacket(dice),
            ),
          ),
        seeds.get('pcap') ?? [],
      ),
  },
  {
    name: 'wrapped capture',
    check: checkCapture,
    make: (dice, seeds) =>
      mixed(
        dice,
        () =>
          wrappedCapture(
            dice,
            several(dice, 12, () => sip(dice, seeds).subarray(0, 4000)),
          ),
        [],
      ),
  },
  {
    name: 'text with messages',
    check: checkCapture,
    make: (dice, seeds) =>
      mixed(
        dice,
        () =>
          textLog(
            dice,
            several(dice, 8, () => sip(dice, seeds)),
          ),
        seeds.get('text') ?? [],
      ),
  },
  {
    name: 'report',
    make: (dice, seeds) =>
      packed(
        several(dice, 12, () =>
          dice.chance(0.7) ? sip(dice, seeds) : dice.chance(0.7) ? rtpPacket(dice) : rtcpPacket(dice),
        ),
      ).subarray(0, 1 << 17),
    check: checkReport,
  },
  {
    name: 'cookie',
    make: (dice, seeds) =>
      mixed(
        dice,
        () =>
          dice.chance(0.5)
            ? Buffer.from(`${dice.below(2 ** 31)}.${dice.word(16)}.${dice.word(43)}`)
            : httpRequest(dice, { port: 7420, cookie: null, odd: 0.2 }),
        seeds.get('http') ?? [],
      ),
    check: checkSession,
  },
  {
    name: 'window',
    make: (dice, seeds) =>
      packed(several(dice, 5, () => mixed(dice, () => windowMessage(dice), seeds.get('ws') ?? []))),
    check: checkWindow,
  },
]
