import { isIp, parseAddress, type Address } from '../../../../../shared/base/address.ts'
import type { TransportName } from '../../../../../shared/model/transport.ts'
import { timeIn, type WrittenTime } from './times.ts'

/** What the lines before a message say of it; null for what they do not. */
export interface Surroundings {
  time: WrittenTime | null
  source: Address | null
  destination: Address | null
  transport: TransportName | null
}

const separator = /^[-=~_*#|+\s]*$/
const arrow = /^[-=]*>+$/
const backArrow = /^<[-=]+$/
const carrier = /(?:^|[^a-z])(udp|tcp|tls|wss|ws)(?![a-z])/i
/** `srcip: 192.0.2.1`, `"dst_port":5060` and the like. */
const keyed = /\b(src|dst|source|destination)[_-]?(ip|port|host|addr|address)"?\s?[:=]\s?"?([0-9a-fA-F.:]+)/gi

/** Reads the lines before a message, the nearest first: what the first of them says holds. */
export function surroundingsOf(linesBefore: readonly string[], prefix: string): Surroundings {
  const found: Surroundings = { time: null, source: null, destination: null, transport: null }
  const parts = new Map<string, string>()
  for (const line of [prefix, ...headerBlock(linesBefore)]) {
    const time = timeIn(line)
    if (time && (!found.time || (found.time.lacks === 'zone' && time.lacks === null))) found.time = time
    ends(line, found)
    for (const [, side, what, value] of line.matchAll(keyed)) {
      const key = `${side![0]!.toLowerCase()} ${/^port$/i.test(what!) ? 'port' : 'host'}`
      if (!parts.has(key)) parts.set(key, value!)
    }
    found.transport ??= (carrier.exec(line)?.[1]?.toLowerCase() ?? shortName(line)) as TransportName | null
  }
  found.source ??= address(parts.get('s host'), parts.get('s port'))
  found.destination ??= address(parts.get('d host'), parts.get('d port'))
  return found
}

/** The lines right before the message, as far as no empty one parts them; the nearest first. */
function headerBlock(lines: readonly string[]): string[] {
  let last = lines.length - 1
  while (last >= 0 && separator.test(lines[last]!)) last--
  let first = last
  while (first > 0 && lines[first - 1]!.trim() !== '') first--
  return lines.slice(Math.max(0, first), last + 1).toReversed()
}

/** `A -> B`, `from A`, `to B`, in the words of the line. */
function ends(line: string, found: Surroundings): void {
  if (found.source && found.destination) return
  let [source, destination]: [Address | null, Address | null] = [null, null]
  const words = line
    .replaceAll('→', ' -> ')
    .replace(/([\d\]])\s?([-=]+>)\s?(?=[\d[])/g, '$1 $2 ')
    .split(/\s+/, 60)
  for (const [i, word] of words.entries()) {
    const [before, next] = [endpoint(words[i - 1]), endpoint(words[i + 1])]
    if (arrow.test(word) && before && next) [source, destination] = [before, next]
    else if (backArrow.test(word) && before && next) [source, destination] = [next, before]
    else if (/^from:?$/i.test(word)) source ??= next ?? endpoint(words[i + 2])
    else if (/^to:?$/i.test(word)) destination ??= next ?? endpoint(words[i + 2])
  }
  // One line says both or one: what a line further away says is of another message.
  if (source || destination) {
    found.source ??= source
    found.destination ??= destination
  }
}

/** `192.0.2.1:5060`, `udp/[192.0.2.1]:5060`, `UDP:[2001:db8::1]:5060`, `192.0.2.1.5060:`. */
function endpoint(word: string | undefined): Address | null {
  if (word === undefined || word.length > 80) return null
  const plain = word
    .replace(/^[<("']*/, '')
    .replace(/[>)"',;]*$/, '')
    .replace(/^\[?(?:udp|tcp|tls|wss?)(?::\/\/|[:/])/i, '')
    .replace(/^\[([\d.]+)\]:/, '$1:')
    .replace(/^(\d{1,3}(?:\.\d{1,3}){3})\.(\d{1,5})$/, '$1:$2')
    .replace(/(:\d{1,5})[:\].]+$/, '$1')
  // IPv6 without brackets, as some write it with a port.
  const bare = /^([0-9a-f]{0,4}:[0-9a-f:]+):(\d{2,5})$/i.exec(plain)
  if (bare && isIp(bare[1]!)) return address(bare[1], bare[2])
  const dotted = /^(\d{1,3}(?:\.\d{1,3}){3})\.(\d{1,5}):$/.exec(plain)
  const found = parseAddress(dotted ? `${dotted[1]}:${dotted[2]}` : plain)
  return found && isIp(found.host) ? found : null
}

function address(host: string | undefined, port: string | undefined): Address | null {
  if (host === undefined || port === undefined || !isIp(host) || !/^\d{1,5}$/.test(port)) return null
  return Number(port) < 65_536 ? { host, port: Number(port) } : null
}

/** As ngrep names them. */
function shortName(line: string): TransportName | null {
  return line.startsWith('U ') ? 'udp' : line.startsWith('T ') ? 'tcp' : null
}
