import { count } from '../../../../shared/base/text.ts'
import { usage } from '../../base/errors.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { MeterOf } from '../streams/payload-meanings.ts'
import type { TracedStream } from '../streams/traced-stream.ts'
import { CaptureIndex } from './capture-index.ts'
import { CapturedDialog, type Captured } from './captured.ts'
import type { DialogKind } from './dialogs.ts'
import { Legs } from './legs/legs.ts'
import { Belongings } from './media/belongings.ts'
import { isKeyLog, readKeyLog } from './tls/key-log-file.ts'
import { ofTls } from './tls/tls-stream.ts'
import { toldOf } from './told.ts'
import { readCapture, type Between, type CaptureSummary } from './pcap-read.ts'

/** What captures contain, in the same form as a live journal. */
export interface LoadedCapture {
  readonly calls: readonly Captured[]
  readonly registrations: readonly Captured[]
  /** OPTIONS, SUBSCRIBE, PUBLISH, MESSAGE and what else is neither. */
  readonly dialogs: readonly Captured[]
  /** RTP that no session description announces. */
  readonly unmatched: readonly TracedStream[]
  readonly problems: readonly string[]
  /** A file ended early, or said what cannot be so: not all that was captured is here. */
  readonly damaged: boolean
  readonly packets: number
  /** Of them, those that are SIP, RTP or RTCP, and those that are nothing of the kind. */
  readonly read: number
  readonly other: number
  /** Packets that were not read, by the reason. */
  readonly unread: readonly { readonly reason: string; readonly packets: number }[]
  /** Of the others, those that are known to be something else. */
  readonly foreign: readonly { readonly what: string; readonly packets: number }[]
  /** The time of the last packet. */
  readonly lastAt: Micros
  /** Lets go of the files. */
  close(): void
}

const mostProblems = 100
const mostReasonsTold = 20

/**
 * What goes on while captures are read: the part of them that is done, from 0 to 1, and what they contain so far, with
 * no stream yet. A text ends the reading: it says why.
 */
export type Progress = (done: number, soFar: () => LoadedCapture) => string | null

/** As for readCapture, with what the captures contain so far: whoever writes the file may wait for a word of it. */
export type MoreOfIt = (soFar: () => LoadedCapture) => Promise<boolean>

/**
 * Reads capture files in the order given; `more` is asked at the end of the last. The secrets of TLS connections are
 * those of `keylog`, and of files among the others that are key logs. Throws RingbackError as readCapture and
 * readKeyLog do.
 */
export async function loadCaptures(
  files: readonly string[],
  meterOf: MeterOf,
  progress: Progress = () => null,
  more?: MoreOfIt,
  keylog: string | null = null,
): Promise<LoadedCapture> {
  const index = new CaptureIndex(meterOf)
  const logs = files.filter(isKeyLog)
  const paths = files.filter((path) => !logs.includes(path))
  if (paths.length === 0) throw usage(`${files.join(', ')} is a key log of TLS: open it along with its capture`)
  for (const path of keylog === null ? logs : [keylog, ...logs]) readKeyLog(path, index.keys)
  const read = new Reading(index, meterOf)
  for (const [n, path] of paths.entries()) {
    const between: Between = (done, size) => {
      read.stopped ??= progress((n + (size > 0 ? Math.min(1, done / size) : 0)) / paths.length, () => read.soFar())
      return read.stopped === null
    }
    const cutBefore = index.cut
    const last = n === paths.length - 1
    const summary = await readCapture(
      path,
      index.file(path),
      between,
      last && more ? () => more(() => read.soFar()) : undefined,
    )
    read.add(path, summary, index.cut - cutBefore)
    if (read.stopped !== null) break
  }
  index.end()
  return read.whole()
}

/** What is known of captures as they are read. */
class Reading {
  /** Why the reading ended before they did. */
  stopped: string | null = null
  readonly #index: CaptureIndex
  readonly #meterOf: MeterOf
  readonly #problems = new Set<string>()
  #packets = 0
  #damaged = false

  constructor(index: CaptureIndex, meterOf: MeterOf) {
    this.#index = index
    this.#meterOf = meterOf
  }

  /** A file that was read. `cut`: packets that were cut when they were captured. */
  add(path: string, { frames, problems, notes }: CaptureSummary, cut: number): void {
    this.#packets += frames
    this.#damaged ||= problems.length > 0
    for (const problem of [...problems, ...notes]) this.#tell(`${path}: ${problem}`)
    if (cut > 0)
      this.#tell(
        `${path}: ${count(cut, 'packet')} were cut when they were captured: ` +
          'levels and long messages may be incomplete (capture with -s 0)',
      )
    if (this.stopped !== null) this.#tell(`${path} was read up to packet ${frames} only: ${this.stopped}`)
  }

  soFar(): LoadedCapture {
    const { account } = this.#index
    const unread = account.reasons().reduce((sum, { packets }) => sum + packets, 0)
    return this.#contents(null, account.read + account.other + unread)
  }

  whole(): LoadedCapture {
    const index = this.#index
    const belongings = new Belongings(index)
    for (const { reason, packets } of index.account
      .reasons()
      .filter(({ reason }) => reason !== ofTls)
      .slice(0, mostReasonsTold))
      this.#tell(`${count(packets, 'packet')} not read: ${reason}`)
    for (const problem of toldOf(index)) this.#tell(problem)
    return this.#contents(belongings, this.#packets)
  }

  #tell(sentence: string): void {
    if (this.#problems.size < mostProblems) this.#problems.add(sentence)
  }

  #contents(belongings: Belongings | null, packets: number): LoadedCapture {
    const index = this.#index
    const legs = new Legs(index)
    const captured = (kind: DialogKind) =>
      index.dialogs.all
        .filter((dialog) => dialog.kind === kind)
        .map((dialog) => new CapturedDialog(index, belongings, legs, dialog, this.#meterOf))
    return {
      calls: captured('call'),
      registrations: captured('registration'),
      dialogs: captured('other'),
      unmatched: belongings?.unmatched ?? [],
      problems: [...this.#problems],
      damaged: this.#damaged,
      packets,
      read: index.account.read,
      other: index.account.other,
      unread: index.account.reasons(),
      foreign: index.account.kinds(),
      lastAt: index.lastAt,
      close: () => index.store.close(),
    }
  }
}
