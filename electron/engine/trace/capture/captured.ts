import { formatAddress } from '../../../../shared/base/address.ts'
import { elide, visible } from '../../../../shared/base/text.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { RelatedCall } from '../../../../shared/contract/report.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { parseSip } from '../../../../shared/wire/sip/parse.ts'
import { CallProjection } from '../facts/call-projection.ts'
import { CallTrace } from '../journal/call-trace.ts'
import { KeptEvent } from '../journal/kept-event.ts'
import { CallStreams } from '../streams/call-streams.ts'
import type { MeterOf } from '../streams/payload-meanings.ts'
import type { CaptureIndex } from './capture-index.ts'
import type { Dialog } from './dialogs.ts'
import type { Legs } from './legs/legs.ts'
import type { Belongings } from './media/belongings.ts'

/** An element that answered so long before or after an INVITE was there. */
const aliveUs = 60_000_000

/** A call, a registration or another dialog of a capture; what is shown of it is made when someone looks. */
export interface Captured {
  readonly id: string
  readonly callId: string
  readonly firstAt: Micros
  open(): CallProjection
  /** Other legs of a call. */
  related(): RelatedCall[]
}

export class CapturedDialog implements Captured {
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
