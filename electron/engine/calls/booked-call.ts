import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import type { Verdict } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/state.ts'
import type { Micros } from '../../../shared/base/time.ts'
import type { MediaSession } from '../media/session/session.ts'
import type { PacketRing } from '../trace/capture/packet-ring.ts'
import type { PcapFile } from '../trace/capture/pcap-write.ts'
import type { CallTrace } from '../trace/journal/call-trace.ts'
import type { Call, InboundCall } from '../ua/index.ts'

/** What the trace says at an instant, and how much of it there was then. */
export interface Judged extends Pick<
  CallView,
  'from' | 'to' | 'displayName' | 'startedAt' | 'answeredAt' | 'endedAt' | 'outcome' | 'status'
> {
  readonly verdict: Verdict
  readonly at: Micros
  readonly messages: number
  readonly observations: number
  readonly final: boolean
}

/** A call of this engine: its trace, and the session while it lives. */
export interface BookedCall {
  readonly trace: CallTrace
  readonly agent: string | null
  call: Call | null
  /** The media of the call while it lives; null until it is opened. */
  media: MediaSession | null
  endedAt: Micros | null
  readonly ring: PacketRing | null
  pcap: PcapFile | null
  /** Set while the call rings until a person decides. */
  waiting: { readonly call: InboundCall; answer(source: SourceArgs): Promise<void> } | null
  held: boolean
  muted: boolean
  /** The file that the audio goes to at this moment. */
  recordingTo: string | null
  /** The last one, complete or still growing. */
  recording: string | null
  /** What was last concluded from the trace; costs too much to conclude at every change. */
  judged: Judged | null
  /** What lists were last shown. */
  view: CallView | null
}
