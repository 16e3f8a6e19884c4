import type { CaptureLine, CaptureList, FoundCalls } from '../../../shared/contract/captures.ts'
import type { CallReport, DialogReport, RegistrationReport, Stream } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { usage } from '../base/errors.ts'
import type { CallPackets } from '../report/exports.ts'
import { outlineOf } from '../report/outline.ts'
import { dialogReportOf, registrationReportOf, reportOf, streamOf } from '../report/report.ts'
import type { Captured } from '../trace/capture/captured.ts'
import type { LoadedCapture } from '../trace/capture/load.ts'
import { packetsOf } from './packets-of.ts'
import type { Ask, Contents } from './parts.ts'
import { callLine, capturedView, dialogLine, displayNameOf, registrationLine, streamLine, unjudged } from './seen.ts'

/** A page of reports is complete with so many characters: more is garbage that V8 lets lie longer. */
const pageLength = 64 * 1024
/** Calls that are named where somebody asks for one that is not there. */
const mostNamed = 10

type Report = CallReport | RegistrationReport | DialogReport | Stream

/** What is said of captures when somebody asks: each thing is drawn then, and not kept. */
export class Answers {
  readonly #files: readonly string[]
  readonly #loaded: LoadedCapture
  /** No stream has a call yet: nothing is judged. */
  readonly #reading: boolean

  constructor(files: readonly string[], loaded: LoadedCapture, reading: boolean) {
    this.#files = files
    this.#loaded = loaded
    this.#reading = reading
  }

  get contents(): Contents {
    const { calls, registrations, dialogs, unmatched, problems, packets, unread, foreign, damaged } = this.#loaded
    return {
      files: [...this.#files],
      calls: calls.length,
      registrations: registrations.length,
      dialogs: dialogs.length,
      unmatchedStreams: unmatched.length,
      problems: [...problems],
      packets,
      unread: [...unread],
      other: [...foreign],
      damaged,
    }
  }

  /** As JSON. Throws RingbackError (usage) for a call that is not there. */
  answer(ask: Exclude<Ask, { ask: 'packets' }>): string {
    switch (ask.ask) {
      case 'list':
        return JSON.stringify(this.#lines(ask.offset, ask.offset + ask.limit, ask.legs))
      case 'views':
        return JSON.stringify(
          this.#loaded.calls.slice(ask.offset, ask.offset + ask.limit).map((call) => this.#view(call)),
        )
      case 'page':
        return this.#page(ask.of, ask.offset)
      case 'report': {
        const call = this.#call(ask.id)
        return JSON.stringify([this.#report(call), this.#view(call)])
      }
      case 'find':
        return JSON.stringify(this.#find(ask.call))
    }
  }

  /** Throws RingbackError: `usage` for a call that is not there, others where the files cannot be read again. */
  packets(id: string): Promise<CallPackets> {
    if (this.#reading) throw usage('the capture is still being read: packets of its calls can be saved after that')
    return packetsOf(this.#files, this.#call(id).open())
  }

  #call(id: string): Captured {
    const call = this.#loaded.calls.find((captured) => captured.id === id)
    if (!call) throw usage(`there is no call ${id} in the capture`)
    return call
  }

  #report(call: Captured): CallReport {
    const report = reportOf(call.open(), this.#loaded.lastAt, null)
    return this.#reading ? { ...unjudged(report), findings: [] } : { ...report, related: call.related() }
  }

  #registration(registration: Captured): RegistrationReport {
    const report = registrationReportOf(registration.open().trace, this.#loaded.lastAt)
    return this.#reading ? { ...report, findings: [] } : report
  }

  #dialog(dialog: Captured): DialogReport {
    const report = dialogReportOf(dialog.open().trace, this.#loaded.lastAt)
    return this.#reading ? { ...report, findings: [] } : report
  }

  #view(call: Captured): CallView {
    const facts = call.open().facts(this.#loaded.lastAt, null)
    const outline = outlineOf(facts)
    return capturedView(call.id, displayNameOf(facts), this.#reading ? unjudged(outline) : outline)
  }

  #callLine(call: Captured, joined: boolean): CaptureLine {
    const line = callLine(call, this.#loaded.lastAt)
    if (!joined || this.#reading) return line
    const legs = call.related().filter(({ certainty }) => certainty !== 'possible')
    return legs.length === 0 ? line : { ...line, legs: legs.map((leg) => leg.call) }
  }

  #lines(from: number, to: number, legs: boolean): CaptureLine[] {
    const { calls, registrations, dialogs, unmatched, lastAt } = this.#loaded
    const kinds: readonly (readonly [length: number, line: (n: number) => CaptureLine])[] = [
      [calls.length, (n) => this.#callLine(calls[n]!, legs)],
      [registrations.length, (n) => registrationLine(registrations[n]!, lastAt)],
      [dialogs.length, (n) => dialogLine(dialogs[n]!, lastAt)],
      [unmatched.length, (n) => streamLine(String(n + 1), unmatched[n]!)],
    ]
    const lines: CaptureLine[] = []
    let before = 0
    for (const [length, line] of kinds) {
      for (let n = Math.max(from - before, 0); n < Math.min(to - before, length); n++) lines.push(line(n))
      before += length
    }
    if (!this.#reading) return lines
    return lines.map((line) => ({ ...(line.type === 'call' ? unjudged(line) : line), finding: null }))
  }

  /** A first line that says where the next page begins and whether there is a fault, then the reports. */
  #page(of: CaptureList, offset: number): string {
    const { calls, registrations, dialogs, unmatched } = this.#loaded
    const draw: Readonly<Record<CaptureList, readonly [length: number, report: (n: number) => Report]>> = {
      calls: [calls.length, (n) => this.#report(calls[n]!)],
      registrations: [registrations.length, (n) => this.#registration(registrations[n]!)],
      dialogs: [dialogs.length, (n) => this.#dialog(dialogs[n]!)],
      unmatchedStreams: [unmatched.length, (n) => streamOf(unmatched[n]!, null)],
    }
    const [length, report] = draw[of]
    const texts: string[] = []
    let [n, size, fault] = [offset, 0, false]
    for (; n < length && size < pageLength; n++) {
      const drawn = report(n)
      if ('findings' in drawn) fault ||= drawn.findings.some(({ severity }) => severity === 'fault')
      const text = JSON.stringify(drawn)
      texts.push(text)
      size += text.length
    }
    return `${JSON.stringify({ next: n < length ? n : null, fault })}\n${texts.join(',\n')}`
  }

  #find(name: string): FoundCalls {
    const { calls } = this.#loaded
    const named = ({ id, callId }: Captured) => ({ id, callId })
    return {
      found: calls.filter(({ id, callId }) => id === name || callId === name).map(named),
      total: calls.length,
      first: calls.slice(0, mostNamed).map(named),
    }
  }
}
