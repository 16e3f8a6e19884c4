import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { streamOf } from '../../electron/engine/report/report.ts'
import type { Stream } from '../../shared/contract/report.ts'
import { messageIds } from '../../shared/wire/sip/grammar.ts'
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

/** Each stream of tshark is one of ours with the same figures; gives how many of them we have not. */
export function expectSameStreams(ours: readonly Stream[], theirs: readonly TsharkStream[]): number {
  let missing = 0
  for (const stream of theirs) {
    const match = ours.find(
      ({ ssrc, source, destination }) =>
        ssrc === stream.ssrc && port(source) === port(stream.source) && port(destination) === port(stream.destination),
    )
    if (match) expectSame(match, stream)
    else missing++
  }
  return missing
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

/** SIP_CALL_RTP_G711 has one stream that MGCP announces. */
export const announcedOtherwise: Readonly<Record<string, number>> = { SIP_CALL_RTP_G711: 1 }
