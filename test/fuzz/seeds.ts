import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type SeedKind =
  | 'sip'
  | 'sdp'
  | 'http'
  | 'text'
  | 'digest'
  | 'rtp'
  | 'rtcp'
  | 'stun'
  | 'srtp'
  | 'wav'
  | 'pcap'
  | 'ws'
export type Seeds = ReadonlyMap<SeedKind, readonly Buffer[]>

const own = join(import.meta.dirname, 'seeds')
const largestCapture = 200_000

/**
 * The samples that mutation begins with: `NAME.sip` and the like are text whose line ends become CRLF, `NAME.rtp.hex`
 * are bytes, `NAME.text` and `NAME.digest` one sample a line. Messages and captures beside the repository are read too.
 */
export function readSeeds(): Seeds {
  const seeds = new Map<SeedKind, Buffer[]>()
  const add = (kind: SeedKind, ...samples: Buffer[]) => void seeds.set(kind, [...(seeds.get(kind) ?? []), ...samples])
  for (const name of readdirSync(own).sort()) {
    const content = readFileSync(join(own, name), 'utf8')
    const [, first = '', second] = name.split('.')
    if (second === 'hex') add(first as SeedKind, Buffer.from(content.replace(/#.*|\s+/g, ''), 'hex'))
    else if (first === 'text' || first === 'digest' || first === 'ws')
      add(
        first,
        ...content
          .split('\n')
          .filter(Boolean)
          .map((line) => Buffer.from(line)),
      )
    else add(first as SeedKind, Buffer.from(content.replace(/\r?\n/g, '\r\n')))
  }
  for (const file of beside('RINGBACK_TORTURE', 'torture')) if (file.endsWith('.dat')) add('sip', readFileSync(file))
  for (const file of beside('RINGBACK_CAPTURES', 'captures'))
    if (/cap(ng)?$/.test(file) && statSync(file).size <= largestCapture) add('pcap', readFileSync(file))
  return seeds
}

function beside(variable: string, name: string): string[] {
  const folder = process.env[variable] ?? join(import.meta.dirname, '../../../shared', name)
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((file) => join(folder, file))
    : []
}
