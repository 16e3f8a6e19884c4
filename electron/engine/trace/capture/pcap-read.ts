import { RingbackError, explainError, machine, usage } from '../../base/errors.ts'
import { u32 } from './decode/bytes.ts'
import { foreignFormat, packingOf } from './file/formats.ts'
import type { CaptureParser, FrameSink } from './file/parser.ts'
import { PcapParser } from './file/pcap.ts'
import { PcapngParser, sectionBlock } from './file/pcapng.ts'
import { ReadAhead } from './file/read-ahead.ts'
import { looksLikeText } from './text/recognise.ts'
import { TextParser } from './text/text.ts'
import { openSource, type Source } from './file/source.ts'

export interface CaptureSummary {
  readonly frames: number
  /** Damage met on the way, as sentences. */
  readonly problems: readonly string[]
  /** What else is to be known of it. */
  readonly notes: readonly string[]
}

/** Bytes of a text without a message that are read before anyone is told. */
const mostInVain = 16 * 1024 * 1024

/** What goes on between two pieces of a file: `read` of `size` bytes are done. False ends the reading. */
export type Between = (read: number, size: number) => boolean | Promise<boolean>

/** At the end of a file: whether it may have grown, when it has or is known not to. */
export type More = () => Promise<boolean>

/**
 * Reads pcap, pcapng and texts with SIP messages in them, as they are or packed with gzip or zstd. Throws
 * RingbackError: `machine` when the file cannot be read, `usage` when it is no capture.
 */
export async function readCapture(
  path: string,
  sink: FrameSink,
  between: Between = () => true,
  more: More = () => Promise.resolve(false),
): Promise<CaptureSummary> {
  let source: Source | null = null
  try {
    source = openSource(path)
    return await readSource(path, source, sink, between, more)
  } catch (error) {
    throw error instanceof RingbackError ? error : machine(`cannot read ${path}: ${explainError(error)}`, error)
  } finally {
    source?.close()
  }
}

async function readSource(
  path: string,
  source: Source,
  sink: FrameSink,
  between: Between,
  more: More,
): Promise<CaptureSummary> {
  const ahead = new ReadAhead()
  while (ahead.rest < 4 && (await source.next(ahead)));
  const parser = parserOf(path, source, ahead)
  let stopped = false
  for (;;) {
    if (!parser.parse(ahead, sink)) break
    // Of a text it is not known at once whether it is a capture.
    const isNone = parser instanceof TextParser && parser.frames === 0 && source.read < mostInVain
    if (!isNone && !(await between(source.read, source.size))) {
      stopped = true
      break
    }
    const filled = source.next(ahead)
    if (!(typeof filled === 'boolean' ? filled : await filled) && !(await more())) break
  }
  parser.end?.(ahead, sink)
  if (parser instanceof TextParser && parser.frames === 0 && !stopped)
    throw usage(`${path} is not a pcap or pcapng capture: it is a text in which no SIP message stands`)
  const damage = parser.damage(stopped || source.fault !== null ? 0 : ahead.rest)
  return {
    frames: parser.frames,
    problems: source.fault === null ? damage : [...damage, `after packet ${parser.frames} ${source.fault}`],
    notes: parser.notes(),
  }
}

function parserOf(path: string, source: Source, ahead: ReadAhead): CaptureParser {
  const magic = ahead.bytes.subarray(ahead.from, ahead.to)
  const packed = source.packing ? `${path}, unpacked with ${source.packing},` : path
  if (source.fault !== null && magic.length < 4) throw usage(`${path} cannot be unpacked: ${source.fault}`)
  if (magic.length < 4) throw usage(`${packed} is not a capture: it has ${magic.length} bytes`)
  const number = u32(magic, 0)
  const parser = number === sectionBlock ? new PcapngParser() : PcapParser.of(number)
  if (parser) return parser
  const twice = packingOf(magic)
  if (twice) throw usage(`${packed} is packed once more, with ${twice}: unpack it first`)
  const what = foreignFormat(magic)
  if (what === null && looksLikeText(magic)) return new TextParser()
  throw usage(
    what === null
      ? `${packed} is not a pcap or pcapng capture: it begins with ${Buffer.from(magic.subarray(0, 4)).toString('hex')}`
      : `${packed} is not a pcap or pcapng capture: it looks like ${what}`,
  )
}
