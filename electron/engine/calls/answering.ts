import { join } from 'node:path'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import { Agent, type AgentOptions } from '../agent/agent.ts'
import { RingbackError } from '../base/errors.ts'
import { safeFileName } from '../base/file-name.ts'
import type { Context, Station } from '../context.ts'
import type { MediaOptions } from '../media/session/session.ts'
import type { PortRange } from '../media/transport/ports.ts'
import type { Call, InboundCall } from '../ua/index.ts'

interface Answering extends AgentOptions, Pick<MediaOptions, 'codecs' | 'encryption'> {
  readonly rtpPorts: PortRange | undefined
  readonly recordDirectory: string | undefined
  /** Something about its calls changed. */
  changed(): void
}

/** Puts an agent behind a station: who comes in is booked, followed, and answered as the behaviour says. */
export function answer(
  context: Context,
  station: Station,
  options: Answering,
): { readonly agent: Agent; incoming(call: InboundCall): void } {
  const { codecs, encryption, rtpPorts, recordDirectory } = options
  const openMedia = async (call: InboundCall, source: SourceArgs) => {
    const booked = station.booked(call.callId)!
    const name = `${booked.trace.id}-${safeFileName(call.caller)}.wav`
    return context.openMedia(booked, {
      peer: call.source.host,
      codecs,
      encryption,
      source: context.source(source),
      rtpPorts,
      recordTo: recordDirectory === undefined ? null : join(recordDirectory, name),
    })
  }
  const agent = new Agent(
    {
      clock: context.clock,
      boundary: context.boundary,
      openMedia,
      observe: (call, text) => station.observe(call.callId, 'note', text),
      wait: (call) => {
        const booked = station.booked(call.callId)!
        booked.waiting = {
          call,
          answer: async (source) => {
            const fault = await agent.answer(call, source)
            if (fault !== null) throw new RingbackError('peer', `not answered: ${fault}`)
            booked.waiting = null
            context.book.touched(booked)
          },
        }
      },
    },
    options,
  )
  return {
    agent,
    incoming(call) {
      const booked = station.begin(call.callId)
      station.follow(booked, call as Call)
      call.events.on('state', (state) => state.kind === 'ended' && options.changed())
      agent.incoming(call)
      options.changed()
    },
  }
}
