import type { Stream } from '../contract/report.ts'
import { extended } from './extended-reports.ts'
import { plain, unknown, type Around, type Cell, type Group, type Kind } from './figure-cells.ts'
import { offset, secondsBetween } from './format.ts'
import { lossOf } from './loss.ts'
import { levelTone, lossLimits, mosTone, toneOf, type Flow } from './media-figures.ts'
import { count, negative } from './numbers.ts'
import { timing } from './timing-figures.ts'

// Every figure of every stream as a table: a row is a figure, a column is a stream. Window and report draw it.

export interface FigureRow {
  readonly name: string
  /** What it means, for who hovers over its name. */
  readonly meaning: string
  /** Rows of a group stand together. */
  readonly group: Group
  /** One for each stream. */
  readonly cells: readonly Cell[]
}

export interface FigureTable {
  readonly rows: readonly FigureRow[]
  /** What the estimates of all streams rest on alike. */
  readonly assumptions: readonly string[]
}

const packets: readonly Kind[] = [
  {
    name: 'SSRC',
    group: 'packets',
    meaning: 'What tells this stream from others at the same addresses (RFC 3550 8).',
    of: ({ ssrc }) => plain(ssrc),
  },
  {
    name: 'codec',
    group: 'packets',
    meaning: 'What the payload type stands for, by the session descriptions.',
    of: ({ codec, clockRate, payloadType }) => plain(`${codec}/${clockRate}, payload type ${payloadType}`),
  },
  {
    name: 'seen',
    group: 'packets',
    meaning: 'Its first and its last packet, in seconds of the call.',
    of: ({ startedAt, endedAt }, around) => {
      const { startedAt: begin } = around
      const exact = `${startedAt} to ${endedAt}`
      if (begin === null) return plain(exact)
      const at = (time: string) => offset(secondsBetween(begin, time))
      return { ...plain(`${at(startedAt)} to ${at(endedAt)} s`), exact }
    },
  },
  {
    name: 'packets',
    group: 'packets',
    meaning: 'RTP packets that were seen of this stream, of those that its sequence numbers say there were.',
    of: (stream) => plain(`${count(stream.packets)} of ${count(stream.expected)} expected`),
  },
  {
    name: 'lost',
    group: 'packets',
    meaning: 'Packets that never came, of those that were due. Above 1 % it can be heard, above 3 % it disturbs.',
    of: (stream) => {
      const { text, percent: lost } = lossOf(stream)
      return { value: text, tone: toneOf(lost, lossLimits) }
    },
  },
  {
    name: 'order',
    group: 'packets',
    meaning: 'Packets that came after later ones, and packets that came twice.',
    of: ({ outOfOrder, duplicates }) =>
      outOfOrder + duplicates === 0
        ? plain('all in order')
        : {
            value: `${count(outOfOrder)} out of order, ${count(duplicates)} duplicate${duplicates === 1 ? '' : 's'}`,
            tone: 'warning',
          },
  },
  {
    name: 'bit rate',
    group: 'packets',
    meaning: 'Of the whole packets, headers of IP and UDP included; holds are left out.',
    of: ({ bitrateKbps }) =>
      bitrateKbps === null ? unknown('unknown: too few packets') : plain(`${bitrateKbps.toFixed(1)} kbit/s`),
  },
  {
    name: 'SRTP',
    group: 'packets',
    meaning: 'Encrypted packets of a capture that the keys of its session descriptions open, and those they do not.',
    of: ({ srtp }) =>
      srtp
        ? {
            value: `${count(srtp.opened)} opened, ${count(srtp.refused)} not`,
            tone: srtp.refused > 0 ? 'warning' : 'plain',
          }
        : null,
  },
  {
    name: 'level',
    group: 'packets',
    meaning: 'How loud the audio is; 0 dBFS is the loudest there is, below −60 dBFS nobody hears anything.',
    of: ({ level }) =>
      level === null
        ? unknown('unknown: not decoded, or encrypted')
        : {
            value: `mean ${negative(level.meanDbfs)}, peak ${negative(level.peakDbfs)} dBFS`,
            tone: levelTone(level.meanDbfs),
          },
  },
]

const receiver: readonly Kind[] = [
  {
    name: 'round trip',
    group: 'receiver',
    meaning: 'There and back, by sender and receiver reports (RTCP).',
    of: ({ rtcp }) =>
      rtcp?.roundTripMs == null
        ? unknown(`unknown: no ${rtcp === null ? 'receiver report' : 'sender report came back'}`)
        : plain(`${rtcp.roundTripMs.toFixed(1)} ms`),
  },
  {
    name: 'receiver report',
    group: 'receiver',
    meaning: 'What the last receiver report (RTCP RR) of the other side said of this stream.',
    of: ({ rtcp }, { live }) =>
      rtcp === null
        ? unknown(live ? 'none yet' : 'none came')
        : {
            value:
              `${count(rtcp.reportedLost)} lost, jitter ${rtcp.reportedJitterMs.toFixed(2)} ms` +
              (rtcp.implausible ? ' (it counts wrongly)' : ''),
            tone: rtcp.reportedLost > 0 ? 'warning' : 'plain',
          },
  },
  ...extended.map(({ name, meaning, written }): Kind => ({
    name,
    group: 'receiver',
    meaning: `${meaning} (RTCP XR, RFC 3611 4.7).`,
    of: ({ voip }) => {
      const text = voip ? written(voip) : undefined
      return text === undefined ? null : text === null ? unknown('unknown to its receiver') : plain(text)
    },
  })),
]

/** Of the estimates of all streams, what all of them rest on; of one alone that is for it to say. */
function commonOf(streams: readonly Stream[]): string[] {
  const [first, ...others] = streams.flatMap(({ mos }) => (mos ? [mos.assumptions] : []))
  if (!first || others.length === 0) return []
  return first.filter((text) => others.every((all) => all.includes(text)))
}

const noModel = ({ codec, mosUnknown }: Stream) => unknown(`unknown: ${mosUnknown ?? `no model for ${codec}`}`)

/** Every figure of these streams. What nobody confirms is said beside the estimate of that stream. */
export function figureTable(flows: readonly Flow[], around: Around): FigureTable {
  const streams = flows.map(({ stream }) => stream)
  const common = commonOf(streams)
  const quality: Kind = {
    name: 'MOS',
    group: 'quality',
    meaning: 'Estimated quality from 1 to 4.4, by the E-model (ITU-T G.107, for wideband G.107.1).',
    of: (stream) => {
      const { mos } = stream
      if (!mos) return noModel(stream)
      const notes = mos.assumptions.filter((text, i) => {
        const unconfirmed = !mos.confirmed && i === mos.assumptions.length - 1
        return unconfirmed || !common.includes(text)
      })
      const value = `${mos.value.toFixed(2)}, R ${mos.r.toFixed(1)} by ${mos.model}`
      return { value, tone: mos.confirmed ? mosTone(mos.value) : 'unknown', notes }
    },
  }
  const unconfirmed = new Set(streams.flatMap(({ mos }) => (mos && !mos.confirmed ? mos.assumptions.slice(-1) : [])))
  const rows = [quality, ...packets, ...timing, ...receiver].flatMap(({ name, group, meaning, of }) => {
    const cells = streams.map((stream) => of(stream, around))
    if (cells.every((cell) => cell === null)) return []
    return [{ name, group, meaning, cells: cells.map((cell) => cell ?? unknown('none')) }]
  })
  return { rows, assumptions: common.filter((text) => !unconfirmed.has(text)) }
}
