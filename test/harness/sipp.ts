import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPeer } from './install-peers.ts'
import { Running, freePort } from './process.ts'

export interface Sipp extends Running {
  readonly port: number
  /** Ends SIPp and gives its exit code: 0 when every call went as the scenario says. */
  done(): Promise<number | null>
}

/** SIPp with a scenario text, or one of its own (`uas`, `uac`). */
export async function startSipp(
  scenario: { text: string } | { builtIn: 'uas' | 'uac' },
  args: readonly string[] = [],
): Promise<Sipp> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-sipp-'))
  const port = await freePort()
  const file = join(folder, 'scenario.xml')
  if ('text' in scenario) writeFileSync(file, scenario.text)
  const which = 'text' in scenario ? ['-sf', file] : ['-sn', scenario.builtIn]
  const sipp = new Running(
    findPeer('sipp')!,
    [
      ...which,
      '-i',
      '127.0.0.1',
      '-p',
      String(port),
      '-nostdin',
      '-m',
      '1',
      '-timeout',
      '45s',
      '-timeout_error',
      '-trace_err',
      ...args,
    ],
    { cwd: folder },
  )
  const serves = 'text' in scenario ? !args.some((arg) => arg.startsWith('127.0.0.1:')) : scenario.builtIn === 'uas'
  if (serves) await listening(port, args.includes('t1') || args.includes('tn'))
  void sipp.finished.then(() => rmSync(folder, { recursive: true, force: true }))
  return Object.assign(sipp, { port, done: async () => (await sipp.finished).code })
}

/** SIPp says nothing when it is ready: its socket shows in the kernel's table. */
async function listening(port: number, tcp: boolean): Promise<void> {
  const { readFileSync } = await import('node:fs')
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (let waited = 0; waited < 5000; waited += 20) {
    const table = readFileSync(tcp ? '/proc/net/tcp' : '/proc/net/udp', 'utf8')
    if (table.split('\n').some((line) => line.trim().split(/\s+/)[1]?.endsWith(hex))) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`SIPp does not listen on ${port}`)
}

const answerHeaders = `[last_Via:]
      [last_From:]
      [last_To:];tag=[pid]SIPp[call_number]
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:[local_ip]:[local_port];transport=[transport]>`

const scenario = (body: string) => `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="ringback">
${body}
</scenario>
`

const message = (text: string) => `  <send><![CDATA[
      ${text}
  ]]></send>`

/** 180 to the INVITE that came last. */
export const ringing = message(`SIP/2.0 180 Ringing\n      ${answerHeaders}\n      Content-Length: 0\n`)

/** 200 to the request that came last: BYE, CANCEL. */
export const okToLast = message(
  'SIP/2.0 200 OK\n      [last_Via:]\n      [last_From:]\n      [last_To:]\n      [last_Call-ID:]\n' +
    '      [last_CSeq:]\n      Content-Length: 0\n',
)

const sdpBody = `Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=sipp 1 1 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio [media_port] RTP/AVP 0
      a=rtpmap:0 PCMU/8000`

export interface UasOptions {
  /** More actions on the INVITE: `<ereg .../>`. */
  readonly checks?: string
  /** Demand digest first. */
  readonly challenge?: { readonly user: string; readonly password: string }
  readonly provisional?: readonly string[]
  /** Milliseconds between ringing and the answer. */
  readonly pauseMs?: number
  readonly body?: string
}

/** A called party that answers without sending any RTP. */
export function answering(options: UasOptions = {}): string {
  const { checks = '', challenge, provisional = ['180 Ringing'], pauseMs, body = sdpBody } = options
  const lines: string[] = []
  if (challenge) {
    lines.push(`  <recv request="INVITE" />`)
    lines.push(
      message(
        `SIP/2.0 401 Unauthorized\n      ${answerHeaders}\n` +
          '      WWW-Authenticate: Digest realm="sipp", nonce="47ebe028cda119c35d4877b383027d28da013815", ' +
          'qop="auth"\n      Content-Length: 0\n',
      ),
    )
    lines.push('  <recv request="ACK" />')
    lines.push(
      `  <recv request="INVITE"><action>${checks}<verifyauth assign_to="ok" username="${challenge.user}" ` +
        `password="${challenge.password}" /></action></recv>`,
    )
    lines.push('  <nop test="ok" next="accepted" />')
    lines.push(message(`SIP/2.0 403 Forbidden\n      ${answerHeaders}\n      Content-Length: 0\n`))
    lines.push(
      '  <recv request="ACK" />',
      '  <nop><action><exec int_cmd="stop_call" /></action></nop>',
      '  <label id="accepted" />',
    )
  } else lines.push(`  <recv request="INVITE"><action>${checks}</action></recv>`)
  for (const line of provisional)
    lines.push(message(`SIP/2.0 ${line}\n      ${answerHeaders}\n      Content-Length: 0\n`))
  if (pauseMs) lines.push(`  <pause milliseconds="${pauseMs}" />`)
  lines.push(message(`SIP/2.0 200 OK\n      ${answerHeaders}\n      ${body}\n`))
  lines.push('  <recv request="ACK" />', '  <recv request="BYE" />', okToLast)
  return scenario(lines.join('\n'))
}

/** A called party that refuses. `challengeFirst` asks for credentials before it does. */
export function refusing(status: string, { extra = '', challengeFirst = false } = {}): string {
  const lines: string[] = []
  if (challengeFirst) {
    lines.push('  <recv request="INVITE" />')
    lines.push(
      message(
        `SIP/2.0 401 Unauthorized\n      ${answerHeaders}\n` +
          '      WWW-Authenticate: Digest realm="sipp", nonce="abc", qop="auth"\n      Content-Length: 0\n',
      ),
    )
    lines.push('  <recv request="ACK" />')
  }
  lines.push('  <recv request="INVITE" />')
  lines.push(
    message(
      `SIP/2.0 ${status}\n      ${answerHeaders}\n      ${extra === '' ? '' : `${extra}\n      `}Content-Length: 0\n`,
    ),
  )
  lines.push('  <recv request="ACK" />')
  return scenario(lines.join('\n'))
}

/** Any other scenario, from its commands. */
export const custom = scenario
export { answerHeaders, message, sdpBody }

/** A caller with those header lines, who hangs up when the call is answered. */
export function calling(headers: readonly string[]): string {
  const request = (method: string, cseq: number, to: string) =>
    `${method} sip:[service]@[remote_ip]:[remote_port];transport=[transport] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
      To: <sip:[service]@[remote_ip]:[remote_port]>${to}
      Call-ID: [call_id]
      CSeq: ${cseq} ${method}
      Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
      Max-Forwards: 70`
  const invite = `${[request('INVITE', 1, ''), ...headers].join('\n      ')}\n      ${sdpBody}\n`
  return scenario(
    [
      message(invite),
      '  <recv response="100" optional="true" />',
      '  <recv response="180" optional="true" />',
      '  <recv response="200" timeout="20000" />',
      message(`${request('ACK', 1, '[peer_tag_param]')}\n      Content-Length: 0\n`),
      message(`${request('BYE', 2, '[peer_tag_param]')}\n      Content-Length: 0\n`),
      '  <recv response="200" />',
    ].join('\n'),
  )
}

/** Checks a header byte for byte: the call fails in SIPp when it is another. */
export function headerIs(name: string, value: string): string {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return (
    `<ereg regexp="^${escaped}$" search_in="hdr" header="${name}:" check_it="true" assign_to="seen" /><log ` +
    'message="[$seen]" />'
  )
}
