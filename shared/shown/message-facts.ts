import { decodeText, encodeText } from '../base/text.ts'
import type { LadderMessage } from '../contract/report.ts'
import { findSession } from '../wire/sdp/find.ts'
import { audioOf, isHeldAddress, parseSdp, type MediaDirection } from '../wire/sdp/sdp.ts'
import { messageIds } from '../wire/sip/grammar.ts'
import { dtmfOfInfo } from '../wire/sip/info.ts'
import { header, type SipMessage } from '../wire/sip/message.ts'
import { parseSip } from '../wire/sip/parse.ts'

/** What the window needs of a message beyond its start line. */
export interface MessageFacts {
  /** Null where it cannot be read. */
  readonly message: SipMessage | null
  /** Of the request, or of the request that is answered; empty where that is not known. */
  readonly method: string
  readonly status: number | null
  readonly fromTag: string | null
  /** A request inside a dialog: its To has a tag. */
  readonly inDialog: boolean
  readonly session: SessionInShort | null
  /** The key that an INFO carries. */
  readonly digit: string | null
}

export interface SessionInShort {
  /** `PCMU PCMA sendonly`: codecs in their order; the direction where it is not sendrecv. */
  readonly text: string
  /** Null where there is no audio. */
  readonly direction: MediaDirection | null
  /** The address that holds, RFC 2543's way. */
  readonly held: boolean
}

const known = new WeakMap<LadderMessage, MessageFacts>()
const shownCodecs = 4

/** Read once for each message, when something first asks. */
export function factsOf(shown: LadderMessage): MessageFacts {
  let facts = known.get(shown)
  if (!facts) known.set(shown, (facts = read(shown)))
  return facts
}

/** The method of a message without reading it: of its start line, or of the CSeq that the report has. */
export function methodOf({ startLine, cseq }: LadderMessage): string {
  return cseq?.split(' ')[1] ?? (startLine.startsWith('SIP/') ? '' : (startLine.split(' ', 1)[0] ?? ''))
}

/** The status code of a response; null for a request. */
export function statusOf({ startLine }: LadderMessage): number | null {
  const code = /^SIP\/2\.0 (\d{3})/.exec(startLine)?.[1]
  return code === undefined ? null : Number(code)
}

function read(shown: LadderMessage): MessageFacts {
  const parsed = parseSip(encodeText(shown.raw))
  const message = parsed.kind === 'unreadable' ? null : parsed
  const ids = message && messageIds(message)
  return {
    message,
    method: message?.kind === 'request' ? message.method : methodOf(shown),
    status: message?.kind === 'response' ? message.status : null,
    fromTag: ids?.fromTag ?? null,
    inDialog: message?.kind === 'request' && ids?.toTag != null,
    session: message && sessionOf(message),
    digit:
      message?.kind === 'request' && message.method === 'INFO'
        ? dtmfOfInfo(header(message, 'content-type'), decodeText(message.body))
        : null,
  }
}

function sessionOf(message: SipMessage): SessionInShort | null {
  const found = findSession(message)
  const session = found && parseSdp(found.text)
  if (!session || typeof session === 'string') return null
  const audio = audioOf(session)
  if (!audio) {
    const refused = session.media.some(({ kind }) => kind === 'audio')
    return { text: refused ? 'audio at port 0' : 'no audio', direction: null, held: false }
  }
  const codecs = audio.formats.map(({ codec }) => codec).filter((codec) => codec.toLowerCase() !== 'telephone-event')
  const held = isHeldAddress(audio.address)
  return {
    text: [
      ...codecs.slice(0, shownCodecs),
      ...(codecs.length > shownCodecs ? ['…'] : []),
      ...(audio.direction === 'sendrecv' ? [] : [audio.direction]),
      ...(held ? ['no address'] : []),
    ].join(' '),
    direction: audio.direction,
    held,
  }
}

/** Whether a session description asks that nothing is sent to whoever wrote it. */
export const isHold = ({ direction, held }: SessionInShort): boolean =>
  held || direction === 'sendonly' || direction === 'inactive'
