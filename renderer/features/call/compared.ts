import type { CallReport, Stream } from '../../../shared/contract/report.ts'
import { span } from '../../../shared/shown/format.ts'
import { lossOf } from '../../../shared/shown/loss.ts'

/** A fact of two calls. */
export interface Compared {
  readonly name: string
  readonly left: string
  readonly right: string
  /** As far as they can be compared: figures that are alike count as the same. */
  readonly same: boolean
}

const unknown = 'unknown'

/** Facts of two calls, side by side, in the order in which a person asks. */
export function comparedFacts(left: CallReport, right: CallReport): Compared[] {
  const fact = (name: string, of: (report: CallReport) => string | null): Compared => {
    const [a, b] = [of(left) ?? unknown, of(right) ?? unknown]
    return { name, left: a, right: b, same: a === b }
  }
  const figure = (
    name: string,
    of: (report: CallReport) => number | null,
    written: (value: number) => string,
    alike: number,
  ): Compared => {
    const [a, b] = [of(left), of(right)]
    return {
      name,
      left: a === null ? unknown : written(a),
      right: b === null ? unknown : written(b),
      same: a === b || (a !== null && b !== null && Math.abs(a - b) <= alike),
    }
  }
  const media = (toPeer: boolean, way: string): Compared[] => [
    figure(
      `packets ${way}`,
      (report) => main(report, toPeer)?.packets ?? 0,
      (n) => n.toLocaleString('en'),
      0,
    ),
    figure(
      `loss ${way}`,
      (report) => {
        const stream = main(report, toPeer)
        return stream && lossOf(stream).percent
      },
      (n) => `${n.toFixed(1)} %`,
      0.5,
    ),
    figure(
      `jitter ${way}`,
      (report) => main(report, toPeer)?.meanJitterMs ?? null,
      (n) => `${n.toFixed(1)} ms`,
      2,
    ),
  ]
  return [
    fact('outcome', ({ outcome, status }) => (status ? `${outcome}, ${status.code} ${status.reason}` : outcome)),
    fact('verdict', ({ verdict }) => verdict.kind.replace(/-(audio|answered)$/, ' $1')),
    fact('called', ({ requestUri, to }) => requestUri || to),
    fact('caller', ({ from }) => from),
    fact('trunk', ({ placed }) => placed?.trunk ?? 'none'),
    fact('transport', ({ transport }) => transport?.toUpperCase() ?? null),
    fact('codec', ({ media: agreed }) => agreed.at(-1)?.codec ?? 'none agreed'),
    fact('packet time', ({ media: agreed }) => (agreed.at(-1) ? `${agreed.at(-1)!.ptimeMs} ms` : 'none agreed')),
    fact('media encryption', ({ media: agreed }) => agreed.at(-1)?.encryption ?? 'none agreed'),
    fact('media goes to', ({ media: agreed }) => agreed.at(-1)?.remote ?? 'none agreed'),
    figure(
      'setup',
      ({ timeline }) => timeline.setupMs,
      (ms) => span(ms / 1000),
      100,
    ),
    figure(
      'length',
      ({ timeline }) => timeline.durationMs,
      (ms) => span(ms / 1000),
      1000,
    ),
    fact('ended by', ({ timeline }) => timeline.endedBy),
    ...media(true, 'to peer'),
    ...media(false, 'from peer'),
  ]
}

/** The stream of a direction that carried most. */
function main({ streams }: CallReport, toPeer: boolean): Stream | null {
  const own = streams.filter((stream) => stream.toPeer === toPeer)
  return own.reduce<Stream | null>((most, stream) => (most && most.packets >= stream.packets ? most : stream), null)
}
