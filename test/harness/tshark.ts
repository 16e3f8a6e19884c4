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

function run(args: readonly string[]): string {
  return execFileSync(findPeer('tshark')!, [...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 26,
  })
}

/** Source, destination, SSRC, packets and lost; then minimum, mean and maximum of delta and of jitter. */
const rtpStreamRow = new RegExp(
  String.raw`(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(0x[0-9A-F]{8})\s+.*?(\d+)\s+(-?\d+) \(-?[\d.]+%\)` +
    String.raw`\s+([\d.]+)`.repeat(6),
)

export function tsharkStreams(file: string): TsharkStream[] {
  const rows = run(['-r', file, '-q', '-z', 'rtp,streams']).split('\n')
  return rows
    .map((row) => rtpStreamRow.exec(row))
    .filter((match) => match !== null)
    .map((match) => {
      const number = (i: number) => Number(match[i])
      return {
        source: `${match[1]}:${match[2]}`,
        destination: `${match[3]}:${match[4]}`,
        ssrc: match[5]!.toLowerCase(),
        packets: number(6),
        lost: number(7),
        minDeltaMs: number(8),
        meanDeltaMs: number(9),
        maxDeltaMs: number(10),
        minJitterMs: number(11),
        meanJitterMs: number(12),
        maxJitterMs: number(13),
      }
    })
}

/** The values of one field over all frames that a filter passes. */
export function tsharkField(file: string, filter: string, field: string): string[] {
  return run(['-r', file, '-Y', filter, '-T', 'fields', '-e', field]).split('\n').filter(Boolean)
}
