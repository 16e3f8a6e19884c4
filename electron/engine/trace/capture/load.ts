import { count } from '../../../../shared/base/text.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { CallProjection } from '../facts/call-projection.ts'
import { CallTrace, KeptEvent } from '../journal/call-trace.ts'
import type { MeterOf } from '../streams/payload-meanings.ts'
import type { TracedStream } from '../streams/traced-stream.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { CaptureIndex } from './capture-index.ts'
import { ofTls } from './connections.ts'
import type { Dialog, DialogKind } from './dialogs.ts'
import { Belongings } from './media/belongings.ts'
import { readCapture, type Between } from './pcap-read.ts'

/** A call, a registration or another dialog of a capture; what is shown of it is made when someone looks. */
export interface Captured {
  readonly id: string
  readonly callId: string
  readonly firstAt: Micros
  open(): CallProjection
}

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
  /** The time of the last packet. */
  readonly lastAt: Micros
  /** Lets go of the files. */
  close(): void
}

const mostProblems = 100
const mostReasonsTold = 20

/** What goes on while captures are read: the part of them that is done, from 0 to 1. False ends the reading. */
export type Progress = (done: number, index: CaptureIndex) => boolean | Promise<boolean>

/** Reads capture files in the order given. Throws RingbackError as readCapture does. */
export async function loadCaptures(
  paths: readonly string[],
  meterOf: MeterOf,
  progress: Progress = () => true,
): Promise<LoadedCapture> {
  const index = new CaptureIndex(meterOf)
  const problems = new Set<string>()
  let [packets, damaged, stopped] = [0, false, false]
  const tell = (sentence: string) => void (problems.size < mostProblems && problems.add(sentence))
  for (const [n, path] of paths.entries()) {
    const between: Between = async (read, size) => {
      const going = await progress((n + (size > 0 ? read / size : 0)) / paths.length, index)
      stopped ||= !going
      return going
    }
    const cutBefore = index.cut
    const summary = await readCapture(path, index.file(path), between)
    packets += summary.frames
    damaged ||= summary.problems.length > 0
    for (const problem of [...summary.problems, ...summary.notes]) tell(`${path}: ${problem}`)
    const cut = index.cut - cutBefore
    if (cut > 0)
      tell(
        `${path}: ${count(cut, 'packet')} were cut when they were captured: ` +
          'levels and long messages may be incomplete (capture with -s 0)',
      )
    if (stopped) {
      tell(`${path} was read up to packet ${summary.frames} only: the reading was stopped`)
      break
    }
  }
  index.end()
  const belongings = new Belongings(index)
  const unread = index.account.reasons()
  for (const { reason, packets: n } of unread.filter(({ reason }) => reason !== ofTls).slice(0, mostReasonsTold))
    tell(`${count(n, 'packet')} not read: ${reason}`)
  for (const problem of index.problems()) tell(problem)
  const captured = (kind: DialogKind) =>
    index.dialogs.all
      .filter((dialog) => dialog.kind === kind)
      .map((dialog) => new CapturedDialog(index, belongings, dialog, meterOf))
  return {
    calls: captured('call'),
    registrations: captured('registration'),
    dialogs: captured('other'),
    unmatched: belongings.unmatched,
    problems: [...problems],
    damaged,
    packets,
    read: index.account.read,
    other: index.account.other,
    unread,
    lastAt: index.lastAt,
    close: () => index.store.close(),
  }
}

class CapturedDialog implements Captured {
  readonly #index: CaptureIndex
  readonly #belongings: Belongings
  readonly #dialog: Dialog
  readonly #meterOf: MeterOf

  constructor(index: CaptureIndex, belongings: Belongings, dialog: Dialog, meterOf: MeterOf) {
    this.#index = index
    this.#belongings = belongings
    this.#dialog = dialog
    this.#meterOf = meterOf
  }

  get id(): string {
    return String(this.#dialog.n + 1)
  }

  get callId(): string {
    return this.#dialog.callId
  }

  get firstAt(): Micros {
    return this.#dialog.firstAt
  }

  open(): CallProjection {
    const { dialogs, endpoints, store } = this.#index
    const { messages, dropped } = this.#dialog
    const trace = new CallTrace(this.id, this.callId, 'observed')
    const call = new CallProjection(trace, this.#meterOf)
    // In the order of their times: a message in a stream is whole later than it began.
    for (const message of messages.toSorted((a, b) => dialogs.at(a) - dialogs.at(b)))
      trace.sip(
        new ReadEvent({
          at: dialogs.at(message),
          transport: dialogs.transport(message),
          source: endpoints.address(dialogs.source(message)),
          destination: endpoints.address(dialogs.destination(message)),
          direction: 'observed',
          bytes: store.bytes(message),
          message: { kind: 'unreadable', text: '' },
        }),
      )
    trace.droppedMessages += dropped
    call.streams.all.push(...this.#belongings.streams(this.#dialog))
    call.streams.reporters.push(...this.#belongings.reporters(this.#dialog))
    return call
  }
}

/** A message that is looked at: read once, however often it is asked for. */
class ReadEvent extends KeptEvent {
  #message: SipEvent['message'] | null = null

  override get message(): SipEvent['message'] {
    return (this.#message ??= super.message)
  }
}
