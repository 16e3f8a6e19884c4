import type { MediaDescription, SessionDescription } from './sdp.ts'

/** The text of a session description (RFC 8866), lines ended by CRLF. */
export function writeSdp({ origin, media, bundle }: SessionDescription): string {
  const lines = [
    'v=0',
    `o=${origin.username} ${origin.sessionId} ${origin.version} IN ${addressType(origin.address)} ${origin.address}`,
    's=-',
    connection(origin.address),
    't=0 0',
    ...(bundle ? [`a=group:BUNDLE ${bundle.join(' ')}`] : []),
    ...media.flatMap((m) => mediaLines(m, origin.address)),
  ]
  return `${lines.join('\r\n')}\r\n`
}

function mediaLines(m: MediaDescription, sessionAddress: string): string[] {
  return [
    mediaLine(m),
    ...(m.address !== null && m.address !== sessionAddress ? [connection(m.address)] : []),
    ...m.formats.map(
      ({ payloadType, codec, clockRateHz, channels }) =>
        `a=rtpmap:${payloadType} ` +
        `${codec}${clockRateHz > 0 ? `/${clockRateHz}` : ''}${channels > 1 ? `/${channels}` : ''}`,
    ),
    ...m.formats
      .filter(({ parameters }) => parameters !== null)
      .map(({ payloadType, parameters }) => `a=fmtp:${payloadType} ${parameters}`),
    ...m.crypto.map(
      ({ tag, suite, keyParams, sessionParams }) =>
        `a=crypto:${tag} ${suite} ${keyParams}${sessionParams ? ` ${sessionParams}` : ''}`,
    ),
    ...dtlsLines(m),
    ...(m.ptimeMs === null ? [] : [`a=ptime:${m.ptimeMs}`]),
    ...(m.rtcpXr === undefined || m.port === 0 ? [] : [`a=rtcp-xr:${m.rtcpXr}`]),
    `a=${m.direction}`,
  ]
}

function dtlsLines({ port, mid, dtls, candidates, rtcpMux }: MediaDescription): string[] {
  if (!dtls || port === 0) return mid === undefined ? [] : [`a=mid:${mid}`]
  const { fingerprints, setup, ice } = dtls
  return [
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    ...(ice ? [`a=ice-ufrag:${ice.ufrag}`, `a=ice-pwd:${ice.pwd}`] : []),
    ...fingerprints.map(({ hash, value }) => `a=fingerprint:${hash} ${value}`),
    ...(setup ? [`a=setup:${setup}`] : []),
    ...(rtcpMux ? ['a=rtcp-mux'] : []),
    ...(candidates ?? []).map(
      ({ component, host, port: at, type }, i) =>
        `a=candidate:${i + 1} ${component} UDP ${2_130_706_431 - i} ${host} ${at} typ ${type}`,
    ),
    ...(candidates ? ['a=end-of-candidates'] : []),
  ]
}

/** At least one format (RFC 8866 9); where none is known, any. */
function mediaLine({ kind, port, protocol, formats, written }: MediaDescription): string {
  const names = written?.formats ?? formats.map(({ payloadType }) => String(payloadType))
  return `m=${kind} ${port} ${written?.protocol ?? protocol} ${names.length > 0 ? names.join(' ') : '0'}`
}

const addressType = (address: string) => (address.includes(':') ? 'IP6' : 'IP4')
const connection = (address: string) => `c=IN ${addressType(address)} ${address}`
