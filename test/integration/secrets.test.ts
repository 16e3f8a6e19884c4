import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorization, parseChallenge, verify } from '../../electron/engine/sip/digest/digest.ts'
import { parseDigest } from '../../electron/engine/sip/digest/params.ts'
import { PcapEncoder, pcapHeader } from '../../electron/engine/trace/capture/pcap-write.ts'
import { Stranger, childOf, closeStrangers, responseText, startLetIn } from '../harness/attack.ts'
import buildWindow from '../harness/build-window.ts'
import { reap, ringback, startAgent, type Finished } from '../harness/process.ts'
import { WindowClient } from '../harness/window-client.ts'

// Secrets planted wherever they can stand, real commands that meet them, and a search of everything that comes out:
// terminal, files, database, process list.

/** A secret by the place where it stands. Each is a word of its own. */
const secrets = new Map<string, string>()
function planted(place: string): string {
  const known = secrets.get(place) ?? `Sx${randomBytes(12).toString('hex')}`
  secrets.set(place, known)
  return known
}

const places = [
  'the password of a call',
  'the password of a trunk',
  'the password of the agent',
  'the password of a registration',
  'our digest response',
  "a caller's digest response",
  'Proxy-Authorization: Basic',
  'X-Authorization: Bearer',
  'X-Auth-Token',
  'X-Api-Key',
  'Cookie',
  'Identity',
  'a folded Authorization',
  'token in a Contact',
  'token in a Refer-To',
  'token in the URI of a header',
  'the URI of From',
  'the URI of To',
  'the request URI',
  'the URI that a window dials',
  'the first key of a=crypto',
  'the second key of a=crypto',
  'a key after INLINE:',
  'a=key-mgmt',
  'k=clear',
  'k=base64',
  'a=ice-pwd',
  'a header of a call from the environment',
  'a header of a trunk',
  'a member of a JSON body',
  'a form body',
  'the body of an INFO',
  'Warning',
  'Reason',
  'a display name',
  'P-Asserted-Identity',
  'Record-Route',
  'an argument that is wrong',
  'a response to REGISTER',
  'a message in a capture',
] as const
const responses = new Set<string>(['our digest response', "a caller's digest response"])
for (const place of places) if (!responses.has(place)) planted(place)
const of = (place: (typeof places)[number]) => planted(place)

/** What came out, by where: searched for every secret. */
const ways = new Map<string, Buffer>()
/** What our own sockets saw: the control that a secret was there at all. */
let wire = ''
const met = new Set<string>()
let folder = ''
const cleanUp: (() => Promise<void> | void)[] = []

const out = (name: string, content: string | Buffer) =>
  void ways.set(name, Buffer.concat([ways.get(name) ?? Buffer.alloc(0), Buffer.from(content)]))

function hearAll(peer: Stranger): void {
  const hear = peer.hear
  peer.hear = (heard) => {
    wire += heard.text
    hear(heard)
  }
}

const profile = () => join(folder, 'profile')

async function run(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const command = ringback([...args, '--verbose'], { RINGBACK_PROFILE: profile(), DEBUG: 'ringback:*', ...env })
  const timer = setTimeout(() => command.child.kill('SIGKILL'), 20_000)
  const result = await command.finished
  clearTimeout(timer)
  out(`${name}, standard output`, result.stdout)
  out(`${name}, standard error`, result.stderr)
  return result
}

/** The arguments of every process of this machine, again and again. */
function watchProcesses(): () => void {
  const seen = new Set<string>()
  const look = () => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
      } catch {
        // It has ended.
      }
    }
  }
  const timer = existsSync('/proc/self/cmdline') ? setInterval(look, 40) : null
  return () => {
    if (timer) clearInterval(timer)
    out('the arguments of processes', [...seen].join('\n'))
  }
}

/** Every file below a folder, as bytes. */
function files(name: string, path: string): void {
  if (!existsSync(path)) return
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    const file = join(path, entry)
    if (statSync(file).isFile()) out(`${name}: ${entry}`, readFileSync(file))
  }
}

/** The other side of our calls and registrations: asks for credentials, and answers with secrets in everything. */
async function startCarrier(passwords: Readonly<Record<string, string>>): Promise<Stranger> {
  const carrier = await Stranger.open('127.0.0.1')
  const keys =
    `m=audio ${carrier.port + 1} RTP/AVP 0\r\n` +
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 ' +
    `inline:${of('the first key of a=crypto')}|2^20|1:4;inline:${of('the second key of a=crypto')}|2^20|` +
    `2:4\r\na=crypto:2 AES_CM_128_HMAC_SHA1_32 INLINE:${of('a key after INLINE:')}\r\n` +
    `a=key-mgmt:mikey ${of('a=key-mgmt')}\r\nk=clear:${of('k=clear')}\r\nk=base64:${of('k=base64')}\r\n` +
    `a=ice-ufrag:ab\r\na=ice-pwd:${of('a=ice-pwd')}\r\n`
  const answer = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n${keys}`
  const say = (text: string, port: number) => {
    wire += text
    carrier.send(text, port)
  }
  carrier.hear = ({ text, fromPort }) => {
    const method = text.split(' ')[0]!
    const credentials = parseDigest(/^Authorization: (.*)\r$/m.exec(text)?.[1] ?? '')
    const user = credentials?.username ?? ''
    if (method === 'ACK') return inDialog(text, fromPort)
    if (method === 'SIP/2.0') return
    if (method !== 'INVITE' && method !== 'REGISTER') return say(responseText(text, '200 OK'), fromPort)
    if (!credentials)
      return say(
        responseText(
          text,
          '401 Unauthorized',
          'WWW-Authenticate: Digest realm="carrier", nonce="abc", qop="auth", algorithm=MD5\r\n',
        ),
        fromPort,
      )
    if (method === 'INVITE' && passwords[user] === of('the password of a call'))
      secrets.set('our digest response', credentials.response!)
    for (const [name, password] of Object.entries(passwords))
      if (name === user && verify(credentials, { username: user, password }, method)) met.add(password)
    if (method === 'REGISTER')
      return say(
        responseText(
          text,
          '200 OK',
          `${/^Contact: .*$/m.exec(text)![0]!.trimEnd()};expires=60\r\n` +
            `X-Auth-Token: ${of('a response to REGISTER')}\r\n`,
        ),
        fromPort,
      )
    const headers = [
      `Contact: <sip:c@127.0.0.1:${carrier.port};token=${of('token in a Contact')}>`,
      `Record-Route: <sip:p:${of('Record-Route')}@127.0.0.1:${carrier.port};lr>`,
      `P-Asserted-Identity: "Carrier" <sip:u:${of('P-Asserted-Identity')}@127.0.0.1>`,
      `Warning: 399 carrier "password=${of('Warning')} is weak"`,
    ]
    say(responseText(text, '200 OK', `${headers.join('\r\n')}\r\n`, answer), fromPort)
  }
  /** After the ACK: requests within the dialog, the last of them a BYE. */
  const begun = new Set<string>()
  const inDialog = (ack: string, port: number) => {
    const callId = /^Call-ID: (.*)\r$/m.exec(ack)![1]!
    if (begun.has(callId)) return
    begun.add(callId)
    const [from, to] = [/^From: (.*)\r$/m.exec(ack)![1]!, /^To: (.*)\r$/m.exec(ack)![1]!]
    let cseq = 100
    const request = (method: string, extra: string, body = '') =>
      `${method} sip:x@127.0.0.1:${port} SIP/2.0\r\n` +
      `Via: SIP/2.0/UDP 127.0.0.1:${carrier.port};branch=z9hG4bK${method}${++cseq}${callId};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: ${to}\r\nTo: ${from}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n` +
      `${extra}Content-Length: ${body.length}\r\n\r\n${body}`
    const steps = [
      request('INFO', 'Content-Type: text/plain\r\n', `password=${of('the body of an INFO')}\r\n`),
      request(
        'INFO',
        'Content-Type: application/json\r\n',
        `{"user":"a", "password": "${of('a member of a JSON body')}"}`,
      ),
      request(
        'INFO',
        'Content-Type: application/x-www-form-urlencoded\r\n',
        `user=a&password=${of('a form body')}&x=1`,
      ),
      request('REFER', `Refer-To: <sip:b@127.0.0.1?token=${of('token in a Refer-To')}>\r\n`),
      request('BYE', `Reason: SIP ;cause=200 ;text="token=${of('Reason')}"\r\n`),
    ]
    steps.forEach((text, i) => setTimeout(() => say(text, port), 100 + i * 60))
  }
  hearAll(carrier)
  return carrier
}

/** A caller of our agent, with secrets in the headers of its INVITE. */
async function callAgent(): Promise<void> {
  const password = of('the password of the agent')
  const agent = await startAgent(['--user', 'alice', '--password-env', 'SECRET_AGENT', '--verbose'], {
    RINGBACK_PROFILE: profile(),
    DEBUG: 'ringback:*',
    SECRET_AGENT: password,
  })
  const caller = await Stranger.open('127.0.0.1')
  hearAll(caller)
  const uri = `sip:agent:${of('the request URI')}@127.0.0.1:${agent.port}`
  const extra = [
    `Proxy-Authorization: Basic ${of('Proxy-Authorization: Basic')}`,
    `X-Authorization: Bearer ${of('X-Authorization: Bearer')}`,
    `X-Auth-Token: ${of('X-Auth-Token')}`,
    `X-Api-Key: ${of('X-Api-Key')}`,
    `Cookie: session=${of('Cookie')}; path=/`,
    `Identity: ${of('Identity')};info=<https://127.0.0.1/c.pem>`,
    `Authorization: Digest username="x", realm="other",\r\n nonce="n",\r\n\tresponse="${of('a folded Authorization')}"`,
    `X-Callback: https://127.0.0.1/hook?a=1&token=${of('token in the URI of a header')}&b=2`,
  ].join('\r\n')
  const invite = (cseq: number, more: string) =>
    caller
      .request({ callId: 'secret-call', cseq, uri, extra: `${extra}\r\n${more}`, body: caller.offer() })
      .replace(
        /From: .*;tag/,
        `From: "password=${of('a display name')}" <sip:alice:${of('the URI of From')}@127.0.0.1>;tag`,
      )
      .replace(/To: <sip:agent@/, `To: <sip:agent:${of('the URI of To')}@`)
  const say = (text: string) => {
    wire += text
    caller.send(text, agent.port)
  }
  say(invite(1, ''))
  const challenge = parseChallenge(/^WWW-Authenticate: (.*MD5.*)$/im.exec(await caller.until(/^SIP\/2\.0 401/))![1]!)!
  const credentials = authorization(
    challenge,
    { username: 'alice', password },
    { method: 'INVITE', uri, uses: 1, cnonce: 'c' },
  )
  secrets.set("a caller's digest response", parseDigest(credentials)!.response!)
  say(invite(2, `Authorization: ${credentials}\r\n`))
  const answer = await caller.until(/^SIP\/2\.0 200/)
  met.add(password)
  const toTag = /^To:.*;tag=([^;\s]+)/m.exec(answer)![1]!
  say(caller.request({ method: 'ACK', callId: 'secret-call', cseq: 2, toTag }))
  await new Promise((resolve) => setTimeout(resolve, 500))
  say(caller.request({ method: 'BYE', callId: 'secret-call', cseq: 3, toTag }))
  await agent.until(/"type":"call"/)
  const { stdout, stderr } = await agent.stop()
  out('agent, standard output', stdout)
  out('agent, standard error', stderr)
}

/** A window that dials a URI with a password, exports the call, and loses its engine in the next. */
async function useWindow(carrier: Stranger): Promise<void> {
  buildWindow()
  const shell = await startLetIn(join(folder, 'window'), ['--verbose'], { DEBUG: 'ringback:*' })
  const window = await WindowClient.open(shell.port, shell.entry)
  const uri = `sip:u:${of('the URI that a window dials')}@127.0.0.1:${carrier.port}`
  const place = () => window.execute('call.place', { uri, user: 'caller', password: of('the password of a call') })
  const { id } = await place()
  await window.ended(id)
  for (const format of ['json', 'html', 'pcap'] as const)
    out(`export as ${format}`, Buffer.from((await window.execute('call.export', { id, format })).base64, 'base64'))
  out(
    'history of the window',
    JSON.stringify([await window.execute('history.list', {}), await window.execute('history.show', { id })]),
  )
  await place()
  await new Promise((resolve) => setTimeout(resolve, 250))
  process.kill(childOf(shell.child.pid!), 'SIGKILL')
  await shell.until(/started again/)
  window.close()
  const { stdout, stderr } = await shell.stop()
  out('messages to the window', window.heard.join('\n'))
  out('npm start, standard output', stdout)
  out('npm start, standard error', stderr)
}

function captureFile(): string {
  const encoder = new PcapEncoder()
  const file = join(folder, 'input.pcap')
  const [us, peer] = [
    { host: '192.0.2.1', port: 5060 },
    { host: '192.0.2.99', port: 5060 },
  ]
  const invite =
    'INVITE sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bK1\r\n' +
    `From: <sip:b:${of('a message in a capture')}@192.0.2.99>;tag=1\r\nTo: <sip:a@192.0.2.1>\r\n` +
    `Call-ID: capture\r\nCSeq: 1 INVITE\r\nX-Api-Key: ${of('a message in a capture')}\r\nContent-Length: 0\r\n\r\n`
  writeFileSync(
    file,
    Buffer.concat([
      pcapHeader(),
      encoder.udp(1_700_000_000_000_000, peer, us, Buffer.from(invite)),
      encoder.udp(1_700_000_000_100_000, us, peer, Buffer.from(responseText(invite, '486 Busy Here'))),
    ]),
  )
  return file
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-secrets-'))
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }), closeStrangers, watchProcesses())
  const file = (name: string) => join(folder, `made-${name}`)
  const carrier = await startCarrier({
    caller: of('the password of a call'),
    trunk: of('the password of a trunk'),
    registrar: of('the password of a registration'),
  })
  const target = `sip:x@127.0.0.1:${carrier.port}`
  const caller = ['--user', 'caller', '--password-env', 'SECRET_CALL', '--duration', '3']
  const env = {
    SECRET_CALL: of('the password of a call'),
    SECRET_TRUNK: of('the password of a trunk'),
    SECRET_REGISTER: of('the password of a registration'),
    SECRET_HEADER: of('a header of a call from the environment'),
    SECRET_TRUNK_HEADER: of('a header of a trunk'),
  }
  await run(
    'call with everything',
    [
      'call',
      target,
      ...caller,
      '--pcap',
      file('call.pcap'),
      '--report',
      file('call.html'),
      '--record',
      file('call.wav'),
      '--json',
    ],
    env,
  )
  await run(
    'call',
    [
      'call',
      target,
      ...caller,
      '--header-env',
      'X-Private=SECRET_HEADER',
      '--pcap',
      file('header.pcap'),
      '--report',
      file('header.html'),
    ],
    env,
  )
  await run(
    'trunk add',
    [
      'trunk',
      'add',
      't1',
      '--address',
      `127.0.0.1:${carrier.port}`,
      '--user',
      'trunk',
      '--password-env',
      'SECRET_TRUNK',
    ],
    env,
  )
  await run('trunk set', ['trunk', 'set', 't1', '--header-env', 'X-Private=SECRET_TRUNK_HEADER', '--json'], env)
  await run('trunk list', ['trunk', 'list'])
  await run('trunk list as JSON', ['trunk', 'list', '--json'])
  await run('trunk check', ['trunk', 'check', 't1', '--json'])
  await run('call by a trunk', ['call', target, '--trunk', 't1', '--duration', '3', '--json'])
  await run(
    'register',
    [
      'register',
      '--address',
      `127.0.0.1:${carrier.port}`,
      '--user',
      'registrar',
      '--password-env',
      'SECRET_REGISTER',
      '--json',
    ],
    env,
  )
  const wrong = await run('call with a wrong URI', ['call', `sip:user:${of('an argument that is wrong')}@`])
  if (wrong.code === 2) met.add(of('an argument that is wrong'))
  await callAgent()
  await useWindow(carrier)
  const capture = captureFile()
  await run('inspect', ['inspect', capture, '--report', file('inspect.html')])
  const inspected = await run('inspect as JSON', ['inspect', capture, '--json'])
  if (/"callId": ?"capture"/.test(inspected.stdout)) met.add(of('a message in a capture'))
  await run('history list', ['history', 'list'])
  const { stdout } = await run('history list as JSON', ['history', 'list', '--json'])
  for (const [n, { id }] of (JSON.parse(stdout) as { id: string }[]).entries()) {
    await run('history show', ['history', 'show', id])
    await run('history show as JSON', ['history', 'show', id, '--json'])
    await run('history export', ['history', 'export', id, file(`export-${n}.json`)])
  }
  rmSync(capture)
  for (const name of readdirSync(folder)) if (name.startsWith('made-')) out(name, readFileSync(join(folder, name)))
  files('profile', profile())
  files('profile of the window', join(folder, 'window'))
  for (const clean of cleanUp.splice(1).toReversed()) await clean()
}, 180_000)

afterAll(async () => {
  await reap()
  for (const clean of cleanUp.splice(0).toReversed()) await clean()
})

/** How a secret may be written. */
function forms(secret: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(secret)
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before, 0x20), bytes]).toString('base64')
    // Without the characters that what stands before and after has a share in.
    return text.slice(before === 0 ? 0 : before + 1, Math.floor(((bytes.length + before) * 8) / 6))
  })
  return new Map([
    ['plain', secret],
    ...base64.map((text, i): [string, string] => [`base64 ${i}`, text]),
    ['percent-encoded', bytes.toString('hex').replace(/../g, '%$&').toLowerCase()],
    ['PERCENT-ENCODED', bytes.toString('hex').toUpperCase().replace(/../g, '%$&')],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
  ])
}

describe('a secret', () => {
  it.each(places)('in %s is found in nothing that comes out', (place) => {
    const secret = secrets.get(place)
    expect(secret !== undefined && (met.has(secret) || wire.includes(secret)), 'it was there to be found').toBe(true)
    const found: string[] = []
    for (const [way, content] of ways) {
      // Who types a secret as an argument has shown it already.
      if (place === 'an argument that is wrong' && way === 'the arguments of processes') continue
      for (const [form, text] of forms(secret!)) if (content.includes(text)) found.push(`${form} in ${way}`)
    }
    expect(found.join('\n')).toBe('')
  })

  it('is looked for in every way out', () => {
    const names = [...ways.keys()].join('\n')
    for (const way of [
      /^the arguments of processes$/m,
      /ringback\.sqlite$/m,
      /secret\.key$/m,
      /^made-call\.pcap$/m,
      /^made-call\.html$/m,
      /^made-export-0\.json$/m,
      /^export as pcap$/m,
      /^messages to the window$/m,
      /^npm start, standard error$/m,
      /^agent, standard output$/m,
    ])
      expect(names).toMatch(way)
    expect(ways.get('the arguments of processes')!.toString()).toMatch(/ringback\.mjs/)
    expect(ways.get('npm start, standard output')!.toString()).toMatch(/SIGKILL/)
  })
})
