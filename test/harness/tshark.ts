import { execFileSync } from 'node:child_process'
import { findPeer } from './install-peers.ts'

/** A row of `tshark -q -z rtp,streams`. */
export interface TsharkStream {
  readonly ssrc: string
  readonly source: string
  readonly destination: string
  readonly packets: number
  readonly lost: number
  readonly minDeltaMs: number
  readonly meanDeltaMs: number
  readonly maxDeltaMs: number
  readonly minJitterMs: number
  readonly meanJitterMs: number
  readonly maxJitterMs: number
}

/** What tshark counts in a capture. */
export interface TsharkFigures {
  /** SIP messages by the method of their CSeq, responses included. */
  readonly messages: Readonly<Record<string, number>>
  /** SIP requests by their method. */
  readonly requests: Readonly<Record<string, number>>
  readonly streams: readonly TsharkStream[]
}

function run(args: readonly string[]): string {
  return execFileSync(findPeer('tshark')!, [...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 26,
  })
}

/** What tshark prints of a capture as text: `-V` the details of packets, `-x` their bytes. */
export const tsharkText = (file: string, ...args: readonly string[]): string => run(['-r', file, ...args])

/** Source, destination, SSRC, packets and lost; then minimum, mean and maximum of delta and of jitter. */
const rtpStreamRow = new RegExp(
  String.raw`(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(0x[0-9A-F]{8})\s+.*?(\d+)\s+(-?\d+) \(-?[\d.]+%\)` +
    String.raw`\s+(-?[\d.]+)`.repeat(6),
)

export const tsharkStreams = (file: string): TsharkStream[] => streamsIn(run(['-r', file, '-q', '-z', 'rtp,streams']))

function streamsIn(output: string): TsharkStream[] {
  return output
    .split('\n')
    .map((row) => rtpStreamRow.exec(row))
    .filter((match) => match !== null)
    .map((match) => {
      // -1 stands for a figure that no packet gives.
      const number = (i: number) => Number(match[i])
      const figure = (i: number) => Math.max(0, number(i))
      return {
        source: `${match[1]}:${match[2]}`,
        destination: `${match[3]}:${match[4]}`,
        ssrc: match[5]!.toLowerCase(),
        packets: number(6),
        lost: number(7),
        minDeltaMs: figure(8),
        meanDeltaMs: figure(9),
        maxDeltaMs: figure(10),
        minJitterMs: figure(11),
        meanJitterMs: figure(12),
        maxJitterMs: figure(13),
      }
    })
}

/** The values of one field over all frames that a filter passes. */
export function tsharkField(file: string, filter: string, field: string, more: readonly string[] = []): string[] {
  return run([...more, '-r', file, '-Y', filter, '-T', 'fields', '-e', field])
    .split('\n')
    .filter(Boolean)
}

/** The values of some fields, a row for each frame that a filter passes. */
export function tsharkRows(file: string, filter: string, fields: readonly string[]): string[][] {
  return run(['-r', file, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])])
    .split('\n')
    .filter(Boolean)
    .map((row) => row.split('\t'))
}

export function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

export function tsharkFigures(file: string): TsharkFigures {
  const fields = ['-Y', 'sip', '-T', 'fields', '-e', 'sip.CSeq.method', '-e', 'sip.Method']
  const output = run(['-r', file, ...fields, '-z', 'rtp,streams'])
  // Before the table a line for each frame with SIP; values of several messages in it have commas between them.
  const frames = output.split(/^=/m)[0]!.split('\n').filter(Boolean)
  const values = (column: number) => frames.flatMap((line) => line.split('\t')[column]!.split(',').filter(Boolean))
  return {
    messages: countOf(values(0)),
    requests: countOf(values(1)),
    streams: streamsIn(output).sort((a, b) => a.ssrc.localeCompare(b.ssrc) || a.source.localeCompare(b.source)),
  }
}

export const tsharkVersion = (): string => /TShark \(Wireshark\) ([\d.]+\d)/.exec(run(['--version']))![1]!
