import { decimal, eachLine, words as split } from '../base/scan.ts'
import { elide, visible } from '../base/text.ts'
import { isHeldAddress, parseSdp, staticFormat, type MediaDescription } from '../wire/sdp/sdp.ts'

/** A line of a session description with what it says; an empty text where it goes without saying. */
export interface ExplainedLine {
  readonly line: string
  readonly text: string
}

/**
 * Every line of a session description, explained (RFC 8866, RFC 3264, RFC 4568). Reads anything; what it does not know
 * it leaves unexplained.
 */
export function explainSdp(body: string): ExplainedLine[] {
  const lines: ExplainedLine[] = []
  const session = parseSdp(body)
  const media = typeof session === 'string' ? [] : [...session.media]
  eachLine(body, (line) => {
    if (line === '') return
    // The medium as it is read, where this line is one that can be.
    const [kind, port] = line.startsWith('m=') ? split(line.slice(2), 2) : []
    const medium = media[0]?.kind === kind && String(media[0]?.port) === port ? media.shift() : undefined
    lines.push({ line, text: explain(line, medium) })
  })
  return lines
}

/** What a line says as it may stand in a sentence: not endless, nothing hidden in it. */
const shown = (text: string) => visible(elide(text, 120))
const mostWords = 200

const protocols: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'RTP/AVP': 'plain RTP',
    'RTP/SAVP': 'SRTP, keys in the description (SDES)',
    'RTP/AVPF': 'plain RTP with feedback',
    'RTP/SAVPF': 'SRTP with feedback',
    'UDP/TLS/RTP/SAVPF': 'SRTP, keys by DTLS',
    'UDP/TLS/RTP/SAVP': 'SRTP, keys by DTLS',
  }),
)

const attributes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'sendrecv': 'Audio both ways.',
    'sendonly': 'The sender sends and does not receive: hold.',
    'recvonly': 'The sender receives and does not send.',
    'inactive': 'No audio either way: hold.',
    'rtcp-mux': 'RTCP shares the RTP port (RFC 5761).',
    'ice-lite': 'The sender answers connectivity checks and makes none (RFC 8445).',
  }),
)

function explain(line: string, medium: MediaDescription | undefined): string {
  const value = line.slice(2)
  const words = split(value, mostWords).map(shown)
  switch (line.slice(0, 2)) {
    case 'v=':
      return 'Version of the format.'
    case 'o=':
      return `Session ${words[1] ?? '?'}, version ${words[2] ?? '?'}: the version goes up with every change.`
    case 's=':
      return 'Name of the session; of no effect in calls.'
    case 'c=':
      return isHeldAddress(words[2] ?? null)
        ? 'No address: an old way to put a call on hold.'
        : `Audio is to be sent to ${words[2] ?? '?'}.`
    case 't=':
      return 'When the session takes place; 0 0: now.'
    case 'b=':
      return `Bandwidth: ${shown(value)}.`
    case 'm=':
      return media(words, medium)
    case 'a=':
      return attribute(value)
    default:
      return ''
  }
}

function media(
  [kind = '?', port = '?', protocol = '?', ...types]: readonly string[],
  medium: MediaDescription | undefined,
): string {
  if (port === '0') return `${kind} is refused (port 0).`
  const names = new Map(medium?.formats.map(({ payloadType, codec }) => [payloadType, codec]))
  const offered = types.map((type) => {
    const number = decimal(type, 127) ?? -1
    const codec = names.get(number) ?? staticFormat(number)?.codec
    return codec === undefined || codec.startsWith('unknown(') ? `payload type ${type}` : shown(codec)
  })
  return (
    `${kind} at port ${port}, ${protocols.get(protocol) ?? protocol}; ${offered.join(', ')}, in order of ` +
    'preference.'
  )
}

function attribute(value: string): string {
  const colon = value.indexOf(':')
  const name = colon < 0 ? value : value.slice(0, colon)
  const rest = colon < 0 ? '' : value.slice(colon + 1)
  const [first = '', second = ''] = split(rest, 2).map(shown)
  switch (name) {
    case 'rtpmap':
      return `Payload type ${first} is ${second}.`
    case 'fmtp':
      return `Settings of payload type ${first}: ${split(rest, mostWords).slice(1).map(shown).join(' ')}.`
    case 'ptime':
      return `Packets of ${first} ms.`
    case 'maxptime':
      return `Packets of at most ${first} ms.`
    case 'crypto':
      return `An SRTP key for ${second} (RFC 4568); never shown.`
    case 'rtcp':
      return `RTCP goes to port ${first}.`
    case 'fingerprint':
      return 'The certificate that DTLS must show (RFC 8122).'
    case 'setup':
      return `Who begins DTLS: ${first}.`
    case 'candidate':
      return 'An address to try with ICE (RFC 8839).'
    case 'ice-ufrag':
    case 'ice-pwd':
      return 'Credentials of connectivity checks (RFC 8839).'
    case 'ssrc':
      return `RTP of this source has SSRC ${first}.`
    case 'mid':
      return `Name of this media section: ${first}.`
    default:
      return attributes.get(name) ?? ''
  }
}
