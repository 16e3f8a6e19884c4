import { bracketHost, formatAddress } from '../../../shared/base/address.ts'
import { elide, visible } from '../../../shared/base/text.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { optionsRequest } from '../sip/options.ts'
import type { NextHop } from '../sip/pending.ts'
import { productName, type Station } from '../stations/station.ts'
import type { OutboundCall } from '../ua/index.ts'
import type { CallRecord } from './call-record.ts'

/** Whoever takes the call at all has said so by then; and the answer is there before anybody is blamed. */
const silentMs = 3000

/**
 * Where an INVITE gets no response, one OPTIONS goes the same way: whether that is answered tells a peer that drops the
 * call from one that cannot be reached.
 */
export function askWhenSilent(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  station: Station,
  record: CallRecord,
  call: OutboundCall,
  hop: NextHop & { readonly kind: 'uri' },
): void {
  const timer = clock.after(silentMs, () => {
    stop()
    // Whether it rings or was answered is known without reading its messages.
    if (!call.is('calling') || !isSilent(record)) return
    const { host, port } = hop.uri
    const uri = `sip:${bracketHost(host)}${port === null ? '' : `:${port}`}`
    const [tag, callId] = [random.token(10), station.ua.newCallId()]
    let to = ''
    station.endpoint.request(hop, {
      build: (flow) => optionsRequest(flow, { uri, tag, callId, userAgent: productName }),
      sent: (_request, { transport, remote }) => void (to = `${transport} ${formatAddress(remote)}`),
      response: ({ status, reason }) => {
        // Another target of the name says nothing of this one.
        if (status < 200 || !isSilent(record) || to !== askedAt(record)) return
        record.observe(
          'options-answered',
          `OPTIONS to ${to} was answered with ${elide(visible(`${status} ${reason}`), 80)}`,
        )
      },
      failed: () => {},
      observe: () => {},
    })
  })
  const stop = call.events.on('state', (state) => state.kind === 'ended' && timer.cancel())
}

/** The call is under way, and nothing came back yet. */
function isSilent({ over, trace }: CallRecord): boolean {
  return !over && trace.messages.every(({ event }) => event.message.kind !== 'response')
}

/** Where the last request of the call went. */
function askedAt({ trace }: CallRecord): string | null {
  const last = trace.messages.findLast(({ event }) => event.direction === 'sent')?.event
  return last ? `${last.transport} ${formatAddress(last.destination)}` : null
}
