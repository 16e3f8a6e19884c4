import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { streamOf } from '../../electron/engine/report/report.ts'
import type { Stream } from '../../shared/contract/report.ts'
import { messageIds } from '../../shared/wire/sip/grammar.ts'
import { captures, foundCaptures } from './fixtures.ts'
import { openCaptures } from './opened.ts'
import { root } from './process.ts'
import { predictableRandom } from './random.ts'
import { strangeStream, writeSyntheticCapture } from './rtp-capture.ts'
import { countOf, type TsharkFigures, type TsharkStream } from './tshark.ts'

/** What tshark counted in captures: kept, so that a machine without it compares with it all the same. */
interface Recorded {
  /** The version that counted. */
  readonly tshark: string
  readonly captures: Readonly<Record<string, TsharkFigures>>
}

const file = join(root, 'test/unit/trace/tshark.json')

export const recordedFigures = (): Recorded => JSON.parse(readFileSync(file, 'utf8')) as Recorded

/** Keeps what tshark counts now; look at the difference before it is committed. */
export function recordFigures(version: string, name: string, figures: TsharkFigures): void {
  const captures = { ...recordedFigures().captures, [name]: figures }
  const names = Object.keys(captures).sort((a, b) => a.localeCompare(b, 'en'))
  const parts = names.map((key) => {
    const { messages, requests, streams } = captures[key]!
    const rows = streams.map((stream) => `\n      ${JSON.stringify(stream)}`).join(',')
    return (
      `    ${JSON.stringify(key)}: {\n      "messages": ${JSON.stringify(messages)},\n` +
      `      "requests": ${JSON.stringify(requests)},\n      "streams": [${rows}]\n    }`
    )
  })
  writeFileSync(file, `{\n  "tshark": ${JSON.stringify(version)},\n  "captures": {\n${parts.join(',\n')}\n  }\n}\n`)
}

/** The name that figures of `writeStrangeCapture` are recorded under. */
export const strangeCapture = '12 strange streams'

/** The same bytes at every run: streams with everything that may happen to a packet. */
export function writeStrangeCapture(path: string, streams: number, seed: number): void {
  const { uint32 } = predictableRandom(seed)
  const random = () => uint32() / 2 ** 32
  writeSyntheticCapture(
    path,
    Array.from({ length: streams }, () => strangeStream(random, 30 + Math.floor(random() * 400))),
  )
}

const belongsToCalls = new Set(['INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE', 'INFO', 'REFER', 'REGISTER'])

/** Of the methods that belong to calls and registrations: what only asks or subscribes is none of either. */
export const ofCalls = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([method]) => belongsToCalls.has(method)))

/** What we count in a capture, as tshark counts it. */
export async function figuresOf(path: string): Promise<{
  messages: Record<string, number>
  requests: Record<string, number>
  streams: Stream[]
}> {
  const { calls, registrations, unmatched } = await openCaptures(path)
  const all = [...calls.map(({ trace }) => trace), ...registrations].flatMap(({ messages }) =>
    messages.flatMap(({ event }) => (event.message.kind === 'unreadable' ? [] : [event.message])),
  )
  return {
    messages: countOf(all.map((message) => messageIds(message).cseq?.method ?? 'unknown')),
    requests: countOf(all.flatMap((message) => (message.kind === 'request' ? [message.method] : []))),
    streams: [...calls.flatMap(({ streams }) => streams.all), ...unmatched].map((stream) => streamOf(stream, null)),
  }
}

const port = (address: string) => address.slice(address.lastIndexOf(':') + 1)

/** By SSRC and ports: what a NAT or a tunnel makes of the hosts is seen differently. */
const nameOf = ({ ssrc, source, destination }: TsharkStream | Stream) => `${ssrc} ${port(source)} ${port(destination)}`

/** How many streams only one of both finds; those that both find have the same figures. */
export function compareStreams(
  ours: readonly Stream[],
  theirs: readonly TsharkStream[],
): { readonly ours: number; readonly theirs: number } {
  const byName = new Map(ours.map((stream) => [nameOf(stream), stream]))
  let missing = 0
  for (const stream of theirs) {
    const match = byName.get(nameOf(stream))
    if (match) expectSame(match, stream)
    else missing++
  }
  const known = new Set(theirs.map(nameOf))
  return { ours: [...byName.keys()].filter((name) => !known.has(name)).length, theirs: missing }
}

/** tshark prints microseconds. */
const rounding = 0.0011

function expectSame(ours: Stream, theirs: TsharkStream): void {
  expect(ours.packets).toBe(theirs.packets)
  expect(ours.lost).toBe(theirs.lost)
  for (const figure of [
    'minDeltaMs',
    'meanDeltaMs',
    'maxDeltaMs',
    'minJitterMs',
    'meanJitterMs',
    'maxJitterMs',
  ] as const) {
    expect(
      Math.abs(ours[figure] - theirs[figure]),
      `${figure} of ${theirs.ssrc}: ours ${ours[figure]}, tshark ${theirs[figure]}`,
    ).toBeLessThanOrEqual(rounding)
  }
}

/** Where not both find the same, and why: streams that only one of both has, and SIP messages. */
const foundOtherwise: Readonly<Record<string, Difference>> = {
  'SIP-over-TLS-RSA-SRTP_Normal_Call_two_parties.pcap': {
    ours: 4,
    why: 'SIP is encrypted, so nobody announces the streams: we know them by their form',
  },
  'SIP_CALL_RTP_G711': { ours: 2, theirs: 1, why: 'MGCP announces one stream; two that nobody announces we know' },
  'e15-hep3.pcap': { ours: 2, messages: true, why: 'this tshark does not read HEP3 at its port' },
  'i01-ice-host-candidates.pcap': { ours: 2, why: 'tshark follows no ICE candidates' },
  'p04-tcp-mid-stream.pcap': { messages: true, why: 'tshark does not find the next message inside a TCP segment' },
  'p09-content-length-0-with-sdp.pcap': { ours: 2, why: 'tshark reads no session description behind the length' },
  'p12a-sdp-blank-first.pcap': { ours: 2, why: 'tshark reads no session description after a blank line' },
  'p18-no-call-id.pcap': { messages: true, why: 'a REGISTER without Call-ID is of no dialog: it is a problem here' },
  't01-sctp.pcap': { messages: true, why: 'SCTP is not read here, and that is said' },
}

interface Difference {
  readonly ours?: number
  readonly theirs?: number
  readonly messages?: true
  readonly why: string
}

/** What `compareStreams` gives for a capture. */
export const streamsOtherwise = (name: string) => ({
  ours: foundOtherwise[name]?.ours ?? 0,
  theirs: foundOtherwise[name]?.theirs ?? 0,
})

/** Whether not the same SIP messages are found in a capture. */
export const messagesOtherwise = (name: string) => foundOtherwise[name]?.messages === true

/** A Network Monitor file, neither pcap nor pcapng. */
const unreadable = 'c07-sip-r2.cap'

/** Every capture at hand, by its name: whole folders of them, where they are there. */
export function captureFiles(): ReadonlyMap<string, string> {
  const folders = [captures(), foundCaptures()].filter((folder) => folder !== null)
  const names = (folder: string) => readdirSync(folder).filter((name) => !name.endsWith('.md') && name !== unreadable)
  return new Map(folders.flatMap((folder) => names(folder).map((name) => [name, join(folder, name)] as const)))
}
