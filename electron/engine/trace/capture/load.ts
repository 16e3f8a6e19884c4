import { formatAddress } from '../../../../shared/base/address.ts'
import { count, elide, visible } from '../../../../shared/base/text.ts'
import { usage } from '../../base/errors.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { CallProjection } from '../facts/call-projection.ts'
import { CallTrace } from '../journal/call-trace.ts'
import { KeptEvent } from '../journal/kept-event.ts'
import { CallStreams } from '../streams/call-streams.ts'
import type { MeterOf } from '../streams/payload-meanings.ts'
import type { TracedStream } from '../streams/traced-stream.ts'
import type { RelatedCall } from '../../../../shared/contract/report.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { parseSip } from '../../../../shared/wire/sip/parse.ts'
import { CaptureIndex } from './capture-index.ts'
import type { Dialog, DialogKind } from './dialogs.ts'
import { Legs } from './legs/legs.ts'
import { Belongings } from './media/belongings.ts'
import { isKeyLog, readKeyLog } from './tls/key-log-file.ts'
import { ofTls } from './tls/tls-stream.ts'
import { toldOf } from './told.ts'
import { readCapture, type Between, type CaptureSummary } from './pcap-read.ts'

/** A call, a registration or another dialog of a capture; what is shown of it is made when someone looks. */
export interface Captured {
  readonly id: string
  readonly callId: string
  readonly firstAt: Micros
  open(): CallProjection
  /** Other legs of a call. */
  related(): RelatedCall[]
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
/** An element that answered so long before or after an INVITE was there. */
const aliveUs = 60_000_000
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
      lastAt: index.lastAt,
      close: () => index.store.close(),
    }
  }
}

class CapturedDialog implements Captured {
  readonly #index: CaptureIndex
  readonly #belongings: Belongings | null
  readonly #legs: Legs
  readonly #dialog: Dialog
  readonly #meterOf: MeterOf

  constructor(index: CaptureIndex, belongings: Belongings | null, legs: Legs, dialog: Dialog, meterOf: MeterOf) {
    this.#index = index
    this.#legs = legs
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

  related(): RelatedCall[] {
    return this.#legs.of(this.#dialog)
  }

  open(): CallProjection {
    const { dialogs, endpoints, store } = this.#index
    const { messages, dropped } = this.#dialog
    const trace = new CallTrace(this.id, this.callId, 'observed')
    // In the order of their times: a message in a stream is whole later than it began.
    const whole = Buffer.allocUnsafe(messages.reduce((sum, message) => sum + store.length(message), 0))
    let used = 0
    const inOrder = messages.toSorted((a, b) => dialogs.at(a) - dialogs.at(b))
    for (const message of inOrder) {
      const bytes = store.bytes(message)
      whole.set(bytes, used)
      const event = {
        at: dialogs.at(message),
        transport: dialogs.transport(message),
        source: endpoints.address(dialogs.source(message)),
        destination: endpoints.address(dialogs.destination(message)),
        direction: 'observed',
        bytes: whole.subarray(used, (used += bytes.length)),
        unknown: this.#index.unknown.get(message),
        message: unread,
      } as const
      trace.sip(new ReadEvent(event, null, event.bytes))
    }
    trace.droppedMessages += dropped
    this.#noteRefused(trace)
    if (isSilent(trace)) this.#observeAlive(trace, inOrder[0]!)
    const streams = new CallStreams(this.#meterOf)
    streams.all = this.#belongings?.streams(this.#dialog) ?? []
    streams.strays.push(...(this.#belongings?.strays(this.#dialog) ?? []))
    streams.reporters.push(...(this.#belongings?.reporters(this.#dialog) ?? []))
    return new CallProjection(trace, this.#meterOf, false, streams)
  }

  /** The network says of requests that nobody got them, and nobody answered. */
  #noteRefused(trace: CallTrace): void {
    const { dialogs, endpoints, refused } = this.#index
    if (trace.messages.some(({ event }) => event.message.kind === 'response')) return
    const { messages } = this.#dialog
    const answering = new Set(messages.map((message) => dialogs.source(message)))
    const pairs = new Map(
      messages
        .filter((message) => dialogs.transport(message) === 'udp' && !answering.has(dialogs.destination(message)))
        .map((message) => [dialogs.destination(message), dialogs.source(message)]),
    )
    for (const [destination, source] of pairs) {
      const said = refused.of(source, destination)
      if (!said || said.lastAt < this.#dialog.firstAt) continue
      const text = `udp ${formatAddress(endpoints.address(destination))} sends it back (ICMP): ${said.reason}`
      trace.observe({ at: Math.max(said.firstAt, this.#dialog.firstAt), kind: 'connection-refused', text })
    }
  }

  /** Whether the address that is silent to an INVITE answered OPTIONS of the same host about that time. */
  #observeAlive(trace: CallTrace, invite: number): void {
    const { dialogs, endpoints, store, alive } = this.#index
    const to = dialogs.destination(invite)
    const asker = endpoints.host(dialogs.source(invite))
    const answer = alive.near(to, asker, dialogs.at(invite), aliveUs)
    const response = answer && parseSip(store.bytes(answer.message))
    if (response?.kind !== 'response') return
    const where = `${dialogs.transport(answer!.message)} ${formatAddress(endpoints.address(to))}`
    const text = `OPTIONS to ${where} was answered with ${elide(visible(`${response.status} ${response.reason}`), 80)}`
    trace.observe({ at: answer!.at, kind: 'options-answered', text })
  }
}

/** An INVITE to which nothing came back. */
function isSilent({ messages }: CallTrace): boolean {
  const first = messages[0]?.event.message
  return (
    first?.kind === 'request' &&
    first.method === 'INVITE' &&
    messages.every(({ event }) => event.message.kind !== 'response')
  )
}

/** What stands where the message is read from its bytes. */
const unread = { kind: 'unreadable', text: '' } as const

/** A message that is looked at: read once, however often it is asked for. */
class ReadEvent extends KeptEvent {
  #message: SipEvent['message'] | null = null

  override get message(): SipEvent['message'] {
    return (this.#message ??= parseSip(this.bytes))
  }
}
