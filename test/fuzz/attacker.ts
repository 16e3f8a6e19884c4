import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { SrtpContext } from '../../electron/engine/srtp/srtp.ts'
import { rtpHeaderBytes } from '../../shared/wire/rtp/rtp.ts'
import { answerTo, type Entry } from '../harness/window-client.ts'
import { Dice } from './dice.ts'
import { httpRequest, sdp, sipMessage, usualSlots, windowMessage, type SipSlots } from './grammar.ts'
import { mutate } from './mutate.ts'
import { rtcpPacket, rtpPacket, stunPacket, webSocketFrame } from './packets.ts'
import { readSeeds } from './seeds.ts'

export type Way = 'udp' | 'tcp' | 'tls' | 'http' | 'media'

/** One thing that was sent. */
export interface Sent {
  readonly way: Way
  readonly bytes: Uint8Array
  readonly atMs: number
}

export interface AttackJob {
  readonly seed: number
  readonly ports: Partial<Readonly<Record<'udp' | 'tcp' | 'tls' | 'http', number>>>
  readonly entry: Entry | null
  readonly hosts: readonly string[]
  /** Where calls come from that are acknowledged: another host, so that the budgets of the others do not stop them. */
  readonly callerHost: string
}

/** Said to the attacker: to pause, to go on, to give its newest inputs, to end. */
export type Order = 'pause' | 'go' | 'newest' | 'end'
export type Report =
  | { readonly kind: 'newest'; readonly sent: readonly Sent[] }
  | { readonly kind: 'count'; readonly inputs: number; readonly calls: number }

/** Comes from the process that begins this one, which ends with it. */
const job = await new Promise<AttackJob>((resolve) => process.once('message', resolve))
const dice = new Dice(job.seed, 'attack')
const seeds = readSeeds()
const kept = 1500
const newest: Sent[] = []
let inputs = 0
let calls = 0
let running = true
let ended = false

const say = (report: Report, said?: () => void) => process.send!(report, () => said?.())

function note(way: Way, bytes: Buffer): Buffer {
  inputs++
  newest.push({ way, bytes, atMs: performance.timeOrigin + performance.now() })
  if (newest.length > kept) newest.splice(0, kept >> 1)
  return bytes
}

/** No address but those of this machine: mutation may make others. */
function tame(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  const safe = text.replace(/\d{1,3}(?=\.\d{1,3}\.\d{1,3}\.\d{1,3})/g, (first) =>
    first === '127' || first === '0' ? first : '127',
  )
  return safe === text ? bytes : Buffer.from(safe, 'latin1')
}

const slotsOf = (transport: SipSlots['transport'], odd: number): SipSlots => ({
  ...usualSlots,
  host: dice.pick(job.hosts),
  port: dice.pick([5060, 40_000]),
  to: `127.0.0.1:${job.ports.udp ?? 5060}`,
  transport,
  odd,
  mediaPort: 40_002,
})

function sip(transport: SipSlots['transport']): Buffer {
  const made = () => sipMessage(dice, slotsOf(transport, dice.pick([0, 0.03, 0.1, 0.3])))
  const sample = () => (dice.chance(0.3) ? dice.pick(seeds.get('sip')!) : made())
  return tame(dice.chance(0.5) ? made() : mutate(dice, sample(), sample()))
}

const garbage = () =>
  dice.chance(0.5) ? dice.bytes(dice.between(0, 1400)) : dice.pick([stunPacket, rtpPacket, rtcpPacket])(dice)

/** A call of the attacker that is answered and acknowledged, then gets odd requests and odd media. */
class Call {
  readonly #socket: UdpSocket
  readonly #slots: SipSlots
  readonly #id = dice.word(12)
  readonly #secure = dice.chance(0.3)
  readonly #srtp = new SrtpContext(
    'AES_CM_128_HMAC_SHA1_80',
    Uint8Array.from({ length: 30 }, (_, i) => i),
  )
  #media: number | null = null
  #toTag = ''
  #cseq = 1

  constructor() {
    this.#slots = { ...slotsOf('UDP', 0), host: job.callerHost }
    this.#socket = createSocket('udp4')
    this.#socket.on('error', () => {})
    this.#socket.on('message', (bytes) => this.#heard(bytes.toString('latin1')))
    this.#socket.bind(0, this.#slots.host, () => {
      const key = Buffer.from(Uint8Array.from({ length: 30 }, (_, i) => i)).toString('base64')
      const body = this.#secure
        ? `v=0\r\no=- 1 1 IN IP4 ${this.#slots.host}\r\ns=-\r\nc=IN IP4 ${this.#slots.host}\r\nt=0 0\r\n` +
          `m=audio ${this.#port} RTP/SAVP 0 101\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\r\n`
        : dice.chance(0.5)
          ? sdp(dice, { ...this.#slots, mediaPort: this.#port })
          : `v=0\r\no=- 1 1 IN IP4 ${this.#slots.host}\r\ns=-\r\nc=IN IP4 ${this.#slots.host}\r\nt=0 0\r\n` +
            `m=audio ${this.#port} RTP/AVP 0 101\r\n`
      this.#send('INVITE', 1, body)
    })
    setTimeout(() => this.#over(), dice.between(500, 4000))
  }

  get #port(): number {
    return this.#socket.address().port
  }

  #send(method: string, cseq: number, body = '', odd = 0): void {
    if (ended) return
    const slots = { ...this.#slots, port: this.#port, odd }
    const bytes = tame(
      sipMessage(dice, slots, {
        method,
        callId: this.#id,
        fromTag: this.#id,
        cseq,
        body,
        plain: odd === 0 && dice.chance(0.8),
        ...(this.#toTag === '' ? {} : { toTag: this.#toTag }),
      }),
    )
    this.#socket.send(note('udp', odd === 0 ? bytes : mutate(dice, bytes, bytes)), job.ports.udp!, '127.0.0.1')
  }

  #heard(text: string): void {
    const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1]
    if (status !== '200' || !/^CSeq: \d+ INVITE/im.test(text)) return
    this.#toTag = /^To:.*;tag=([^;\s]+)/im.exec(text)?.[1] ?? ''
    if (this.#media === null) calls++
    this.#media = Number(/^m=audio (\d+)/m.exec(text)?.[1] ?? 0) || null
    this.#send('ACK', 1)
  }

  /** One odd thing: a packet to its media, or a request within its dialog. */
  disturb(): void {
    if (this.#media === null || this.#socket === null) return
    if (dice.chance(0.05))
      return this.#send(
        dice.pick(['INVITE', 'UPDATE', 'INFO', 'PRACK', 'REFER', 'NOTIFY', 'OPTIONS']),
        ++this.#cseq,
        dice.chance(0.5) ? sdp(dice, this.#slots) : '',
        dice.pick([0, 0.1]),
      )
    const clear = dice.pick([rtpPacket, rtpPacket, rtpPacket, rtcpPacket, stunPacket])(dice)
    const [sequence, ssrc] = clear.length >= rtpHeaderBytes ? [clear.readUInt16BE(2), clear.readUInt32BE(8)] : [0, 0]
    const packet =
      this.#secure && dice.chance(0.7) && clear.length > rtpHeaderBytes
        ? this.#srtp.protectRtp(clear, rtpHeaderBytes, ssrc, sequence)
        : clear
    const bytes = dice.chance(0.4) ? mutate(dice, packet, clear).subarray(0, 2000) : packet
    try {
      this.#socket.send(note('media', bytes), this.#media + (dice.chance(0.15) ? 1 : 0), '127.0.0.1')
    } catch {
      // Its time is over.
    }
  }

  #over(): void {
    live.delete(this)
    if (this.#media !== null && dice.chance(0.8)) this.#send('BYE', ++this.#cseq)
    setTimeout(() => this.#socket.close(), 300)
  }
}

const live = new Set<Call>()

/** A connection with whole, halved, joined or broken messages; closed politely, by half, or by reset. */
function stream(way: 'tcp' | 'tls', port: number): void {
  const count = dice.between(1, 6)
  const bytes = Buffer.concat(
    Array.from({ length: count }, () =>
      dice.chance(0.05) ? garbage() : dice.chance(0.1) ? Buffer.from('\r\n\r\n') : sip(way === 'tcp' ? 'TCP' : 'TLS'),
    ),
  )
  note(way, bytes)
  const raw = connect({ port, host: '127.0.0.1', localAddress: dice.pick(job.hosts) })
  raw.on('error', () => {})
  const lives = dice.between(50, 1500)
  setTimeout(() => end(raw), lives)
  if (way === 'tcp') return void raw.once('connect', () => trickle(raw, bytes))
  raw.once('connect', () => {
    switch (dice.below(5)) {
      case 0:
        return trickle(raw, dice.chance(0.5) ? garbage() : bytes)
      case 1:
        return void raw.write(
          Buffer.concat([
            Buffer.from([0x16, 3, dice.below(5), dice.below(256), dice.below(256)]),
            dice.bytes(dice.between(0, 600)),
          ]),
        )
      case 2:
        return
    }
    const secure = connectTls({ socket: raw, rejectUnauthorized: false })
    secure.on('error', () => {})
    secure.once('secureConnect', () => {
      if (dice.chance(0.2)) raw.write(garbage())
      trickle(secure, bytes)
    })
  })
}

function trickle(socket: Socket, bytes: Buffer): void {
  const most = dice.pick([7, 100, 1400, 70_000])
  let at = 0
  const step = () => {
    for (let i = 0; i < 3 && at < bytes.length; i++) {
      const size = dice.between(1, most)
      if (socket.writable) socket.write(bytes.subarray(at, at + size))
      at += size
    }
    if (at < bytes.length && !socket.destroyed) setTimeout(step, dice.below(15))
  }
  step()
}

function end(socket: Socket): void {
  const how = dice.below(3)
  if (how === 0) socket.end()
  else if (how === 1) {
    try {
      socket.resetAndDestroy()
    } catch {
      // TLS has taken it over.
    }
  }
  setTimeout(() => socket.destroy(), 50)
}

/** A request to the shell, or frames of a window that was let in. */
function web(port: number): void {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  setTimeout(() => end(socket), dice.between(10, 800))
  const { entry } = job
  const request = () => httpRequest(dice, { port, cookie: entry?.cookie ?? null, odd: 0.15 })
  if (entry === null || dice.chance(0.6)) {
    const bytes = Buffer.concat(
      Array.from({ length: dice.between(1, 3) }, () =>
        dice.chance(0.5) ? request() : mutate(dice, request(), dice.pick(seeds.get('http')!)),
      ),
    )
    note('http', bytes)
    return void socket.once('connect', () => trickle(socket, bytes))
  }
  const upgrade = Buffer.from(
    `GET /engine HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\n` +
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: ${dice.bytes(16).toString('base64')}\r\nCookie: ${entry.cookie}\r\n\r\n`,
  )
  const frames = Buffer.concat(
    Array.from({ length: dice.between(1, 8) }, () => {
      const said = dice.chance(0.6)
        ? windowMessage(dice)
        : mutate(dice, windowMessage(dice), dice.pick(seeds.get('ws')!))
      const frame = webSocketFrame(dice, said, 0.05)
      return dice.chance(0.1) ? mutate(dice, frame, frame) : frame
    }),
  )
  note('http', Buffer.concat([upgrade, frames]))
  socket.once('connect', () => void socket.write(upgrade))
  // At once, or when the shell has let the window in, which may have to prove itself first.
  const [atOnce, proves] = [dice.chance(0.2), dice.chance(0.9)]
  if (atOnce) socket.once('connect', () => void socket.write(frames))
  let [heard, said] = ['', atOnce]
  socket.on('data', (chunk) => {
    if (said || !socket.writable) return
    heard += chunk.toString('latin1')
    const challenge = /"challenge":"([^"]+)"/.exec(heard)?.[1]
    if (challenge === undefined && !heard.includes('"hello"')) return
    said = true
    if (challenge !== undefined && proves)
      socket.write(webSocketFrame(dice, Buffer.from(JSON.stringify(answerTo(challenge, entry))), 0))
    socket.write(frames)
  })
}

/** What happens in one step of 10 ms; rates are a few thousand inputs a second at most. */
function step(sockets: readonly UdpSocket[]): void {
  const { udp, tcp, tls, http } = job.ports
  if (udp !== undefined) {
    for (let i = 0; i < 8; i++)
      dice.pick(sockets).send(note('udp', dice.chance(0.15) ? garbage() : sip('UDP')), udp, '127.0.0.1')
    if (live.size < 25 && dice.chance(0.3)) live.add(new Call())
    for (const call of live) if (dice.chance(0.4)) call.disturb()
  }
  if (tcp !== undefined && dice.chance(0.3)) stream('tcp', tcp)
  if (tls !== undefined && dice.chance(0.1)) stream('tls', tls)
  if (http !== undefined) for (let i = 0; i < 2; i++) web(http)
}

const sockets = await Promise.all(
  job.hosts
    .flatMap((host) => [host, host])
    .map(
      (host) =>
        new Promise<UdpSocket>((resolve) => {
          const socket = createSocket('udp4')
          socket.on('error', () => {})
          socket.bind(0, host, () => resolve(socket))
        }),
    ),
)
const timer = setInterval(() => running && step(sockets), 10)
const counter = setInterval(() => say({ kind: 'count', inputs, calls }), 500)
process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  running = order === 'go' || (running && order === 'newest')
  if (order === 'newest') say({ kind: 'newest', sent: [...newest] })
  if (order !== 'end') return
  ended = true
  clearInterval(timer)
  clearInterval(counter)
  // Calls still say goodbye.
  setTimeout(() => say({ kind: 'count', inputs, calls }, () => process.exit()), 500)
})
