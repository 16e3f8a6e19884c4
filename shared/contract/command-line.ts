import type { TimedAction } from './actions.ts'
import type { Placed, SourceArgs } from './place-call.ts'

/** The `ringback call` that places the same call: what differs from the defaults, quoted for a POSIX shell. */
export function callCommand(placed: Placed): string {
  const options: string[] = []
  const add = (name: string, value: string | undefined) =>
    value !== undefined && options.push(`${name} ${quoted(value)}`)
  add('--trunk', placed.trunk)
  add('--transport', placed.transport)
  add('--proxy', placed.proxy)
  add('--user', placed.user)
  if (placed.user !== undefined) add('--password-env', 'TRUNK_PASSWORD')
  add('--from', placed.from)
  add('--display', placed.displayName)
  for (const { name, value, secret } of placed.headers) {
    if (secret) add('--header-env', `${name}=${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`)
    else add('--header', `${name}: ${value}`)
  }
  add('--codecs', placed.codecs?.join(','))
  add('--encryption', placed.encryption)
  add('--encryption-form', placed.encryptionForm)
  add('--srtp-suites', placed.srtpSuites?.join(','))
  // Nobody talks from a command line.
  if (placed.source.kind !== 'marker' && placed.source.kind !== 'microphone') add('--send', sendOption(placed.source))
  if (placed.dtmf !== '') add('--dtmf', placed.dtmf)
  if (placed.dtmf !== '' && placed.dtmfMode !== 'rfc4733') add('--dtmf-mode', placed.dtmfMode)
  // A call that was kept by an earlier version has none.
  for (const action of placed.timeline ?? []) add('--at', timedOption(action))
  if (placed.durationMs !== null) add('--duration', String(placed.durationMs / 1000))
  add('--local', placed.localAddress)
  if (placed.rtpPorts) add('--rtp-ports', `${placed.rtpPorts.first}-${placed.rtpPorts.last}`)
  if (placed.ptimeMs !== undefined) add('--ptime', String(placed.ptimeMs))
  if (placed.mediaTimeoutMs) add('--media-timeout', String(placed.mediaTimeoutMs / 1000))
  if (placed.latch === false) options.push('--no-latch')
  if (placed.rtcpXr) options.push('--rtcp-xr')
  add('--impair', placed.impairments?.join(','))
  if (placed.contactRewrite) options.push('--contact-rewrite')
  add('--ws-path', placed.webSocketResource)
  if (placed.tlsInsecure) options.push('--tls-insecure')
  return ['ringback call', quoted(placed.uri), ...options].join(' ')
}

function timedOption(action: TimedAction): string {
  const at = `${action.atMs / 1000}s:${action.kind}`
  switch (action.kind) {
    case 'hold':
      return action.music === undefined ? at : `${at} ${sendOption(action.music)}`
    case 'dtmf':
      return `${at} ${action.digits}`
    case 'record':
      return action.file === null ? at : `${at} ${action.file}`
    case 'refer':
      return `${at} ${action.to}`
    default:
      return at
  }
}

function sendOption(source: SourceArgs): string {
  switch (source.kind) {
    case 'tone':
      return `tone:${source.hz}`
    case 'file':
      return source.path
    case 'speech':
      return `say:${source.text}`
    default:
      return source.kind
  }
}

const quoted = (text: string) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
