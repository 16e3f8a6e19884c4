import { join } from 'node:path'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import { Agent, type AgentOptions } from '../agent/agent.ts'
import type { Playing } from '../agent/playing.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import { RingbackError } from '../base/errors.ts'
import { safeFileName } from '../base/file-name.ts'
import type { MediaOptions } from '../media/session/session.ts'
import type { PortRange } from '../media/transport/ports.ts'
import type { MediaOpener } from '../stations/media-opener.ts'
import type { CallRecords } from './call-records.ts'
import { followRefers, type PlacedFor } from './transfers.ts'
import type { Station } from '../stations/station.ts'
import type { Call, InboundCall, Referred } from '../ua/index.ts'

export interface AnsweringDeps {
  readonly clock: Clock
  readonly boundary: Boundary
  readonly media: MediaOpener
  readonly records: CallRecords
}

interface Answering
  extends
    AgentOptions,
    Pick<
      MediaOptions,
      'codecs' | 'encryption' | 'suites' | 'ptimeMs' | 'silenceMs' | 'latch' | 'rtcpXr' | 'impairments'
    > {
  /** Of the agent; null for the softphone. */
  readonly id: string | null
  readonly rtpPorts: PortRange | undefined
  readonly recordDirectory: string | undefined
  /** Places the call that a peer asks for. */
  referred?(referred: Referred): Promise<PlacedFor>
  /** The persona that is played. */
  readonly playing?: Playing | null
  /** Something about its calls changed. */
  changed(): void
}

/** Puts an agent behind a station: who comes in gets a record and is answered as the behaviour says. */
export function answer(
  deps: AnsweringDeps,
  station: Station,
  options: Answering,
): { readonly agent: Agent; incoming(call: InboundCall): void } {
  const { clock, boundary, media, records } = deps
  const { suites, ptimeMs, silenceMs, latch, rtcpXr, impairments } = options
  const { rtpPorts, recordDirectory, playing = null } = options
  const recordOf = (call: InboundCall) => records.ofTrace(station.trace(call.callId))!
  const openMedia = async (call: InboundCall, source: SourceArgs) => {
    const record = recordOf(call)
    const name = `${record.id}-${safeFileName(call.caller)}.wav`
    const { codecs, encryption } = playing?.answered(call) ?? options
    const choice = {
      peer: call.source.host,
      reachedAt: call.reachedAt,
      codecs,
      encryption,
      suites,
      ptimeMs,
      silenceMs,
      latch,
      rtcpXr,
      impairments,
      source: await media.source(source, codecs),
      rtpPorts,
      recordTo: recordDirectory === undefined ? null : join(recordDirectory, name),
    }
    const tap = record.tap(playing ? (digit) => playing.dialled(call, digit, record) : undefined)
    return record.hears(await media.open(choice, tap))
  }
  const agent = new Agent(
    {
      clock,
      boundary,
      openMedia,
      observe: (call, text) => station.observe(call.callId, 'note', text),
      play: (call) => playing && playing.begin(call, recordOf(call), options.answerDelayMs),
      answerHeaders: (call) => playing?.answered(call)?.headers ?? [],
      wait: (call) => {
        recordOf(call).wait({
          call,
          answer: async (source) => {
            const fault = await agent.answer(call, source)
            if (fault !== null) throw new RingbackError('peer', `not answered: ${fault}`)
          },
        })
      },
    },
    options,
  )
  return {
    agent,
    incoming(call) {
      const record = records.begin(station, call.callId, options.id)
      record.attach(call as Call)
      playing?.came(call)
      const persona = playing?.report(call.request)
      if (persona) record.plays(persona)
      if (options.referred) followRefers(boundary, record, call as Call, options.referred)
      call.events.on('state', (state) => state.kind === 'ended' && options.changed())
      agent.incoming(call)
      options.changed()
    },
  }
}
