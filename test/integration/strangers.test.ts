import { createSocket, type Socket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import { isRtcp, rtpHeaderBytes, writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'
import { messageIds } from '../../shared/wire/sip/grammar.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { Engines } from '../harness/engines.ts'
import { request, sdp } from '../harness/messages.ts'

const engines = new Engines()
const sockets: Socket[] = []
afterEach(async () => {
  await engines.close()
  for (const socket of sockets.splice(0)) socket.close()
})

/** A socket of that address with the packets that it got. */
async function open(host: string): Promise<{ socket: Socket; port: number; got: Buffer[] }> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  await new Promise<void>((resolve) => socket.bind(0, host, resolve))
  const got: Buffer[] = []
  socket.on('message', (bytes) => got.push(bytes))
  return { socket, port: socket.address().port, got }
}

/** A packet of a stream; `fill` 0x20 is loud. */
function rtp(n: number, ssrc: number, fill: number): Uint8Array {
  const packet = new Uint8Array(rtpHeaderBytes + 160).fill(fill)
  writeRtpHeader(packet, 0, n === 0, n, n * 160, ssrc)
  return packet
}

const every20Ms = async (times: number, run: (n: number) => void) => {
  for (let n = 0; n < times; n++) {
    run(n)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('a stranger of another host', () => {
  it('that sends first, with two hundred streams, takes neither the audio nor the verdict of the call', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'echo' } } })
    const [signalling, media, stranger] = [await open('127.0.0.1'), await open('127.0.0.1'), await open('127.0.0.2')]
    const send = (text: string) =>
      signalling.socket.send(
        text.replaceAll('192.0.2.99:5060', `127.0.0.1:${signalling.port}`),
        agent.port,
        '127.0.0.1',
      )
    const body = sdp('127.0.0.1', media.port)
    send(request({ uri: `sip:x@127.0.0.1:${agent.port}`, body }))
    await expect.poll(() => signalling.got.some((bytes) => String(bytes).startsWith('SIP/2.0 200'))).toBe(true)
    const ok = parseSip(signalling.got.find((bytes) => String(bytes).startsWith('SIP/2.0 200'))!)
    if (ok.kind === 'unreadable') throw new Error(ok.text)
    const rtpPort = Number(/m=audio (\d+)/.exec(Buffer.from(ok.body).toString())![1])

    // Before the ACK: a stranger alone.
    await every20Ms(10, (n) => stranger.socket.send(rtp(n, 666, 0x30), rtpPort, '127.0.0.1'))
    expect([media.got.length, stranger.got.length]).toEqual([0, 0])

    const toTag = messageIds(ok).toTag!
    send(request({ method: 'ACK', uri: `sip:x@127.0.0.1:${agent.port}`, branch: 'z9hG4bKack', toTag }))
    // Now both: his streams, one after the other, and the peer's.
    await every20Ms(110, (n) => {
      for (const part of [0, 1]) stranger.socket.send(rtp(n, 1000 + n * 2 + part, 0x30), rtpPort, '127.0.0.1')
      media.socket.send(rtp(n, 77, 0x20), rtpPort, '127.0.0.1')
    })
    send(request({ method: 'BYE', uri: `sip:x@127.0.0.1:${agent.port}`, branch: 'z9hG4bKbye', cseq: 2, toTag }))
    await expect.poll(() => agent.ended.length).toBe(1)
    const [report] = agent.ended
    expect(report!.verdict.kind).toBe('two-way-audio')
    expect(report!.streams.map(({ ssrc, toPeer }) => [ssrc, toPeer]).filter(([, toPeer]) => toPeer === false)).toEqual([
      ['0x0000004d', false],
    ])
    expect(report!.findings).toEqual([])
    expect(report!.observations.filter(({ kind }) => kind === 'rtp-foreign').map(({ text }) => text)).toEqual([
      `RTP comes from 127.0.0.2:${stranger.port}, which belongs to nobody of this call: it is ignored`,
      `RTP from 127.0.0.2:${stranger.port} that belongs to nobody of this call: 230 packets ignored`,
    ])
    // The echo is of the peer alone, and the stranger got nothing.
    const echoed = media.got.filter((bytes) => !isRtcp(bytes))
    expect(echoed.length).toBeGreaterThan(80)
    expect(new Set(echoed.map((bytes) => bytes[100]))).toEqual(new Set([0xff, 0x20]))
    expect(stranger.got).toEqual([])
  })
})
