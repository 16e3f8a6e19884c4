import type { Micros } from '../../../../shared/base/time.ts'
import { transportNames, type TransportName } from '../../../../shared/model/transport.ts'
import { initialLimits } from '../../../../shared/model/budgets.ts'
import { Column } from './column.ts'
import type { ScannedMessage } from './sip/scan.ts'

/** What the messages of one Call-ID are about. */
export type DialogKind = 'call' | 'registration' | 'other'

/** What is only sent in dialogs of calls: one of them is enough where the INVITE was not captured. */
const ofCalls = new Set(['INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE', 'INFO'])
/** A registration is refreshed as long as the capture lasts: its newest messages say how it stands. */
const mostOfRegistration = 50
const mostHosts = 8
/** Messages of a call that ended pass by for less. */
const reusedUs = 1e6
const mostMessages = initialLimits.messagesPerCall

/** The messages of one Call-ID, by their numbers. */
export interface Dialog {
  readonly n: number
  readonly callId: string
  kind: DialogKind | null
  messages: number[]
  /** Those that are not kept. */
  dropped: number
  firstAt: Micros
  lastAt: Micros
  /** When it was over: BYE, or a final response that is no 2xx; Infinity while nothing says so. */
  endedAt: Micros
  answered: boolean
  /** Who signals: a few numbers of hosts. */
  readonly hosts: number[]
}

/** When a message passed, by what, and the numbers of its ends and of their hosts. */
interface Passage {
  readonly at: Micros
  readonly transport: TransportName
  readonly source: number
  readonly destination: number
  readonly sourceHost: number
  readonly destinationHost: number
}

/** Every message of a capture in its dialog. What is kept of each are numbers; a message is read when someone looks. */
export class Dialogs {
  readonly all: Dialog[] = []
  readonly #byCallId = new Map<string, Dialog>()
  readonly #times = new Column(Float64Array)
  readonly #sources = new Column(Uint32Array)
  readonly #destinations = new Column(Uint32Array)
  readonly #transports = new Column(Uint8Array)

  /** `message` is the number that the store gave it; they come one after the other. */
  add(message: number, callId: string, scanned: ScannedMessage, passage: Passage): Dialog {
    const { at, transport, source, destination, sourceHost, destinationHost } = passage
    this.#times.put(message, at)
    this.#sources.put(message, source)
    this.#destinations.put(message, destination)
    this.#transports.put(message, transportNames.indexOf(transport))
    const known = this.#byCallId.get(callId)
    const dialog = known && !isOver(known, scanned, at) ? known : this.#begin(callId, at, [sourceHost])
    dialog.kind = kindWith(dialog.kind, scanned.method || scanned.requestMethod)
    dialog.lastAt = Math.max(dialog.lastAt, at)
    dialog.firstAt = Math.min(dialog.firstAt, at)
    involve(dialog, sourceHost)
    involve(dialog, destinationHost)
    this.#follow(dialog, scanned, at)
    if (dialog.kind === 'registration' && dialog.messages.length >= mostOfRegistration) {
      dialog.dropped += dialog.messages.length
      dialog.messages = []
    }
    if (dialog.messages.length < mostMessages) dialog.messages.push(message)
    else dialog.dropped++
    return dialog
  }

  at(message: number): Micros {
    return this.#times.at(message)
  }

  source(message: number): number {
    return this.#sources.at(message)
  }

  destination(message: number): number {
    return this.#destinations.at(message)
  }

  transport(message: number): TransportName {
    return transportNames[this.#transports.at(message)]!
  }

  #begin(callId: string, at: Micros, hosts: number[]): Dialog {
    const dialog: Dialog = {
      n: this.all.length,
      callId,
      kind: null,
      messages: [],
      dropped: 0,
      firstAt: at,
      lastAt: at,
      endedAt: Infinity,
      answered: false,
      hosts,
    }
    this.#byCallId.set(callId, dialog)
    this.all.push(dialog)
    return dialog
  }

  #follow(dialog: Dialog, { method, requestMethod, status }: ScannedMessage, at: Micros): void {
    if (requestMethod === 'BYE') dialog.endedAt = Math.min(dialog.endedAt, at)
    if (method !== 'INVITE') return
    if (status >= 200 && status < 300) {
      dialog.answered = true
      if (dialog.endedAt < at) dialog.endedAt = Infinity
    } else if (status >= 300 && status !== 401 && status !== 407 && !dialog.answered) dialog.endedAt = at
    else if (requestMethod === 'INVITE' && !dialog.answered) dialog.endedAt = Infinity
  }
}

/** An INVITE long after the end of an answered call is of another one, whose Call-ID its phone has used before. */
function isOver({ answered, endedAt }: Dialog, { requestMethod }: ScannedMessage, at: Micros): boolean {
  return requestMethod === 'INVITE' && answered && at - endedAt > reusedUs
}

function involve({ hosts }: Dialog, host: number): void {
  if (hosts.length < mostHosts && !hosts.includes(host)) hosts.push(host)
}

function kindWith(kind: DialogKind | null, method: string): DialogKind {
  if (kind === 'call' || ofCalls.has(method)) return 'call'
  return method === 'REGISTER' && kind !== 'other' ? 'registration' : 'other'
}
