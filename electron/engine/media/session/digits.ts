import type { DtmfMode } from '../../../../shared/model/dtmf.ts'
import type { Outgoing } from '../audio/outgoing.ts'
import type { RtpSender } from '../stream/sender.ts'
import type { Negotiated } from './negotiate.ts'
import type { MediaTap } from './tap.ts'

/** Queues digits to be sent as telephone events or as tones. Returns why it cannot be done, or null. */
export function queueDigits(
  digits: string,
  mode: Exclude<DtmfMode, 'info'>,
  negotiated: Negotiated | null,
  { outgoing, sender, tap }: { readonly outgoing: Outgoing; readonly sender: RtpSender; readonly tap: MediaTap },
): string | null {
  if (!negotiated) return 'no media is agreed yet'
  if (mode === 'inband') {
    outgoing.dial(digits)
    tap.observe('digit-sent', `digits ${digits} sent as tones in the audio`, digits)
    return null
  }
  if (negotiated.telephoneEvent === null)
    return 'the peer did not agree to telephone-event (RFC 4733): send the digits by INFO or as tones'
  sender.queue(digits)
  return null
}
