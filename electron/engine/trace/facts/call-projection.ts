import type { Micros } from '../../../../shared/base/time.ts'
import type { CallFacts, MessageFact } from '../../../../shared/model/facts.ts'
import type { CallTrace } from '../journal/call-trace.ts'
import { CallStreams } from '../streams/call-streams.ts'
import type { MeterOf } from '../streams/payload-meanings.ts'
import { Agreements } from './agreed.ts'
import { factsOf } from './facts.ts'
import { messageFact } from './messages.ts'

/** How far the messages of a call were read. */
interface Reading {
  readonly messages: MessageFact[]
  readonly agreements: Agreements
  callerTag: string | null
}

/** A call as its events show it: the streams as they come, the facts when someone asks. */
export class CallProjection {
  readonly trace: CallTrace
  readonly streams: CallStreams
  readonly #attended: boolean
  #kept: Reading | null = null

  /**
   * `attended`: a person may look at it. Then the figures of the last two minutes of each stream are kept, and what was
   * read of the messages, so that only what came since is read. `streams`: those that are known already, as of a
   * capture; else they are found as the events come.
   */
  constructor(trace: CallTrace, meterOf: MeterOf, attended = false, streams: CallStreams | null = null) {
    this.trace = trace
    this.streams = streams ?? new CallStreams(meterOf, attended)
    this.#attended = attended
    if (!streams) trace.project(this.streams)
  }

  /** See factsOf. */
  facts(now: Micros, ended: Micros | null): CallFacts {
    return factsOf(this.trace, this.streams, this.#read(), now, ended)
  }

  #read(): Reading {
    const reading: Reading = this.#kept ?? {
      messages: [],
      agreements: new Agreements(this.trace.vantage === 'observed'),
      callerTag: null,
    }
    for (let n = reading.messages.length; n < this.trace.messages.length; n++) {
      const fact = messageFact(this.trace, n, reading)
      reading.messages.push(fact)
      if (fact.retransmissionOf === null) reading.agreements.take(fact)
    }
    if (this.#attended) this.#kept = reading
    return reading
  }
}
