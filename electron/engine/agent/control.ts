import { createHash, timingSafeEqual } from 'node:crypto'
import { decodeText, printable } from '../../../shared/base/text.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import type { ControlReport } from '../../../shared/contract/persona.ts'
import type { ControlAction, ControlApi, ControlFault } from '../../../shared/providers/personas/control.ts'
import type { Owner } from '../../../shared/providers/personas/decision.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Boundary } from '../base/boundary.ts'
import { withWords } from '../base/errors.ts'
import type { HttpArrived, HttpReply, HttpServe, HttpServing } from '../base/http-serve.ts'
import type { InboundCall } from '../ua/index.ts'

/** What a call is known by to its owner, and what came for it. */
interface Controlled {
  readonly call: InboundCall
  readonly events: ControlEvents
  readonly startMs: number
  readonly owner: Owner
  readonly patience: Timer
  accept(): void
  /** Its 200 may still be on its way. */
  isAccepted: boolean
  report: ControlReport
  /** Faults that were told of it. */
  faults: number
}

/** Where what an owner's server does with a call is written down. */
export interface ControlEvents {
  /** What came changed. */
  changed(report: ControlReport): void
  fault(code: 'not-accepted' | 'accepted-late' | 'control-refused', text: string): void
  transfer(target: string): void
}

export interface ControlDeps {
  readonly clock: Clock
  readonly boundary: Boundary
}

/** Of a body of HTTP: what is asked for is small. */
const mostBytes = 256 * 1024
const mostConnections = 200
/** Of one call, in its report. */
const mostShown = 50

/** The HTTP by which the servers of those who own calls say what becomes of them. */
export class CallControl {
  readonly #deps: ControlDeps
  readonly #api: ControlApi
  readonly #calls = new Map<string, Controlled>()
  #serving: HttpServing | null = null

  constructor(api: ControlApi, deps: ControlDeps) {
    this.#api = api
    this.#deps = deps
  }

  /** Where it listens: what its clients take for the address of the platform. Throws RingbackError (machine). */
  async listen(serve: HttpServe): Promise<string> {
    const { port, base } = this.#api
    this.#serving = await serve({
      port,
      mostBytes,
      mostConnections,
      handle: (request) => {
        try {
          return this.handle(request)
        } catch (error) {
          this.#deps.boundary.fault('HTTP request', error)
          return null
        }
      },
    }).catch((error: unknown) => {
      throw withWords(error, `the calls of HTTP that accept calls cannot be served at port ${port} of 127.0.0.1`)
    })
    return `http://127.0.0.1:${this.#serving.port}${base}`
  }

  close(): void {
    this.#serving?.close()
  }

  /** A call that rings until its owner's server says what becomes of it. `accepted` settles when it is accepted. */
  add(
    owned: Pick<Controlled, 'call' | 'owner'> & { readonly callId: string },
    events: ControlEvents,
  ): { readonly report: ControlReport; readonly accepted: Promise<void> } {
    const { clock } = this.#deps
    const { call, callId, owner } = owned
    const report: ControlReport = { callId, acceptedAfterMs: null, requests: [] }
    const accepted = new Promise<void>((accept) => {
      const patience = clock.after(owner.patienceMs, () => {
        const { because, status, reason, headers } = owner.nobody
        events.fault('not-accepted', `${because}: the caller was refused with ${status}.`)
        call.reject(status, reason ?? undefined, headers)
      })
      this.#calls.set(callId, {
        call,
        events,
        startMs: clock.monotonicMs(),
        owner,
        patience,
        accept,
        isAccepted: false,
        report,
        faults: 0,
      })
      call.events.on('state', ({ kind }) => {
        patience.cancel()
        if (kind === 'ended') this.#calls.delete(callId)
      })
    })
    return { report, accepted }
  }

  handle(request: HttpArrived): HttpReply {
    const path = request.target.split('?', 1)[0]!
    const { call, asked } = this.#api.read({ method: request.method, path, body: decodeText(request.body) })
    const of = call === null ? undefined : this.#calls.get(call)
    const fault = this.#fault(request, of, call, asked)
    // Before it is done: a call that ends takes its report with it.
    if (of) this.#written(of, path.slice(path.lastIndexOf('/') + 1), fault)
    if (of && !fault && !('code' in asked)) this.#do(of, asked)
    if (!fault) return { status: 200, headers: {}, body: '' }
    return {
      status: fault.status,
      headers: { 'Content-Type': 'application/json', ...(fault.status === 405 && { Allow: 'POST' }) },
      body: JSON.stringify(this.#api.faultBody(fault)),
    }
  }

  /** Why it cannot be done; null where it can. */
  #fault(
    request: HttpArrived,
    of: Controlled | undefined,
    call: string | null,
    asked: ControlAction | ControlFault,
  ): ControlFault | null {
    if (!this.#hasKey(request)) return this.#api.wrongKey
    if (request.cut) return tooLarge
    if ('code' in asked) return asked
    return of ? tooEarlyOrLate(of, asked) : noCall(call ?? '')
  }

  #hasKey({ headers }: HttpArrived): boolean {
    const given = headers.find(({ name }) => name.toLowerCase() === 'authorization')?.value ?? ''
    const digest = (text: string) => createHash('sha256').update(text).digest()
    const [, key = ''] = /^Bearer +(\S+) *$/i.exec(given) ?? []
    return timingSafeEqual(digest(key), digest(this.#api.key))
  }

  #do(of: Controlled, asked: ControlAction): void {
    const { call, owner, startMs, events, patience } = of
    switch (asked.kind) {
      case 'accept':
        of.isAccepted = true
        patience.cancel()
        this.#accepted(startMs, owner, events)
        return of.accept()
      case 'reject':
        return call.reject(asked.status)
      case 'refer':
        return events.transfer(asked.target)
      case 'hangup':
        return call.hangUp()
    }
  }

  #accepted(startMs: number, { slowMs }: Owner, events: ControlEvents): void {
    const tookMs = this.#deps.clock.monotonicMs() - startMs
    if (tookMs > slowMs)
      events.fault('accepted-late', `the call was accepted after ${(tookMs / 1000).toFixed(1)} s: it rang till then.`)
  }

  #written(of: Controlled, action: string, fault: ControlFault | null): void {
    const { clock } = this.#deps
    const afterMs = Math.round(clock.monotonicMs() - of.startMs)
    const { report } = of
    const request = {
      at: isoMicros(clock.nowUs()),
      action,
      afterMs,
      status: fault?.status ?? 200,
      error: fault?.message ?? null,
    }
    of.report = {
      ...report,
      acceptedAfterMs: action === 'accept' && !fault ? (report.acceptedAfterMs ?? afterMs) : report.acceptedAfterMs,
      requests: [...report.requests, request].slice(-mostShown),
    }
    of.events.changed(of.report)
    if (fault && of.faults++ < mostShown)
      of.events.fault(
        'control-refused',
        `the server of its owner called ${printable(action)} and got ${fault.status}: ${fault.message}`,
      )
  }
}

const tooLarge: ControlFault = {
  status: 413,
  message: `The body has more than ${mostBytes} bytes.`,
  code: 'request_too_large',
}
const noCall = (call: string): ControlFault => ({
  status: 404,
  message: `There is no call "${call}" under way: it ended, or it never was.`,
  code: 'call_id_not_found',
})

/** Null where the call is in the state for it. */
function tooEarlyOrLate({ call, isAccepted }: Controlled, { kind }: ControlAction): ControlFault | null {
  const isOn = call.is('answered')
  const ends = !isOn && !call.is('ringing')
  const waits = !isOn && !ends && !isAccepted
  const ending = 'it is ending'
  const why = {
    accept: waits ? null : ends ? ending : 'it is answered already',
    reject: waits ? null : ends ? ending : 'it is answered already: hang it up',
    refer: isOn ? null : ends ? ending : waits ? 'it is not answered yet: accept it first' : 'its answer is on its way',
    hangup: waits ? 'it is not answered yet: reject it' : null,
  }[kind]
  return why === null ? null : { status: 409, message: `The call cannot do that: ${why}.`, code: 'conflict' }
}
