import { findSession } from '../../wire/sdp/find.ts'
import type { SipRequest } from '../../wire/sip/message.ts'

/** The audio that an INVITE offers. */
export interface Offer {
  readonly clear: boolean
  /** With keys in the session description (RFC 4568). */
  readonly sdes: boolean
  /** Of a=crypto, in upper case. */
  readonly suites: readonly string[]
  readonly dtls: boolean
  /** Names as the session description has them, each once. */
  readonly codecs: readonly string[]
  /** `RTP/AVP with a=crypto`. */
  readonly text: string
}

/** What is no voice: digits and comfort noise. */
const beside: ReadonlySet<string> = new Set(['TELEPHONE-EVENT', 'CN'])

/** Null where the INVITE has no session description with audio: it leaves the offer to the called side. */
export function offerOf(request: SipRequest): Offer | null {
  const audio = findSession(request)?.session?.media.filter(({ kind, port }) => kind === 'audio' && port !== 0) ?? []
  if (audio.length === 0) return null
  const isDtls = ({ protocol, fingerprint }: (typeof audio)[number]) =>
    protocol.includes('TLS') || fingerprint !== undefined
  const codecs = audio.flatMap(({ formats }) => formats.map(({ codec }) => codec))
  return {
    clear: audio.some(({ protocol }) => !protocol.includes('SAVP')),
    sdes: audio.some(({ crypto }) => crypto.length > 0),
    suites: [...new Set(audio.flatMap(({ crypto }) => crypto.map(({ suite }) => suite.toUpperCase())))],
    dtls: audio.some(isDtls),
    codecs: [...new Set(codecs.filter((codec) => !beside.has(codec.toUpperCase())))],
    text: audio
      .map((medium) => {
        const keys = medium.crypto.length > 0 ? ' with a=crypto' : isDtls(medium) ? ' with a=fingerprint' : ''
        return `${medium.protocol}${keys}`
      })
      .join(' and '),
  }
}
