import type { CallReport } from '../../../shared/contract/report.ts'
import type { Sample } from '../../../shared/contract/state.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { header, makeHeader } from '../../../shared/wire/sip/message.ts'
import { parseNameAddr } from '../../../shared/wire/sip/grammar.ts'
import type { Extent, KnownCall } from '../known-calls.ts'
import type { CallPackets } from '../report/exports.ts'

/** A call of an opened capture: over, whatever became of it after the capture. */
export class CapturedCall implements KnownCall {
  readonly id: string
  readonly over = true
  readonly recording = null
  readonly recordingTo = null
  readonly #capture: string
  readonly #report: CallReport
  readonly #packets: () => Promise<CallPackets>
  #view: CallView | null = null

  /** `capture`: the id of the capture; `packets` reads those of this call. */
  constructor(capture: string, report: CallReport, packets: () => Promise<CallPackets>) {
    this.id = `${capture}.${report.id}`
    this.#capture = capture
    this.#report = report
    this.#packets = packets
  }

  view(): CallView {
    return (this.#view ??= viewOf(this.id, this.#capture, this.#report))
  }

  report(from = 0): CallReport {
    const { id } = this
    return { ...this.#report, id, messages: this.#report.messages.slice(from) }
  }

  extent(): Extent {
    return { messages: this.#report.messages.length, samples: [] }
  }

  /** Figures of a capture are those of its whole length. */
  samples(): Sample[][] {
    return this.#report.streams.map(() => [])
  }

  packets(): Promise<CallPackets> {
    return this.#packets()
  }
}

function viewOf(id: string, capture: string, report: CallReport): CallView {
  const { direction, from, to, requestUri, outcome, status, verdict, headers, timeline } = report
  const sender = header({ headers: headers.sent.map(({ name, value }) => makeHeader(name, value)) }, 'from')
  return {
    id,
    agent: null,
    capture,
    trunk: null,
    direction,
    from,
    to: requestUri || to,
    displayName: parseNameAddr(sender ?? '')?.displayName ?? '',
    state: 'ended',
    waiting: false,
    held: false,
    muted: false,
    recording: null,
    recorded: false,
    startedAt: timeline.startedAt,
    answeredAt: timeline.answeredAt,
    endedAt: timeline.endedAt,
    outcome,
    status,
    verdict,
  }
}
