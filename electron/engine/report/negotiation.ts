import type { CallReport } from '../../../shared/contract/report.ts'
import type { AgreedMedia, Vantage } from '../../../shared/model/facts.ts'

/** An agreement on media, as reports have it. */
export function mediaOf(agreed: AgreedMedia, vantage: Vantage): CallReport['media'][number] {
  const { codec, payloadType, clockRateHz, ptimeMs, encryption, direction, local, remote } = agreed
  return {
    codec,
    payloadType,
    clockRate: clockRateHz,
    ptimeMs,
    encryption,
    direction,
    local,
    remote,
    // Of fax over UDP and the like no format is named by an RTP map.
    ...(agreed.offered.length > 0 && { negotiation: negotiationOf(agreed, vantage) }),
  }
}

/** `offered PCMU, G722; the peer chose G722 as 9`: which codec came of what was offered, and by whose choice. */
function negotiationOf({ offeredBy, offered, accepted }: AgreedMedia, vantage: Vantage): string {
  const [caller, called] = ['the caller', 'the called party']
  const us = vantage === 'observed' ? caller : 'this side'
  const peer = vantage === 'observed' ? called : 'the peer'
  const [offerer, answerer] = offeredBy === 'us' ? [us, peer] : [peer, us]
  const names = [...new Set(offered.map((format) => format.codec))]
  const [chosen, ...others] = accepted.map((format) => `${format.codec} as ${format.payloadType}`)
  const choice = chosen === undefined ? 'took none of them' : `chose ${chosen}`
  const rest = others.length > 0 ? ` and takes ${others.join(', ')} too` : ''
  return `${offerer} offered ${names.join(', ')}; ${answerer} ${choice}${rest}`
}
