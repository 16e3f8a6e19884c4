import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { CaptureFiles } from '../../harness/capture-files.ts'
import { request, sdp } from '../../harness/messages.ts'
import { openCaptures } from '../../harness/opened.ts'
import { hex, ipv4, pcapFile, u16, u32 } from '../../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
let n = 0
const load = (...frames: readonly Buffer[]) => openCaptures(files.write(`relay-${n++}.pcap`, pcapFile(101, frames)))

type End = readonly [host: string, port: number]
const client: End = ['0a000001', 50_000]
const server: End = ['c6336401', 3478]
const relay: End = ['c6336401', 61_000]
const peer: End = ['cb007105', 4000]

function datagram([from, fromPort]: End, [to, toPort]: End, payload: Buffer): Buffer {
  const packet = ipv4(17, Buffer.concat([u16(fromPort), u16(toPort), u16(8 + payload.length), u16(0), payload]))
  hex(from).copy(packet, 12)
  hex(to).copy(packet, 16)
  return packet
}

const cookie = 0x2112a442
const transaction = hex('000102030405060708090a0b')
/** XORed as attributes of STUN have it. */
const xored = ([host, port]: End) =>
  Buffer.concat([hex('0001'), u16(port ^ 0x2112), u32((Number(`0x${host}`) ^ cookie) >>> 0)])
const attribute = (type: number, value: Buffer) =>
  Buffer.concat([u16(type), u16(value.length), value, Buffer.alloc(-value.length & 3)])
function stun(type: number, ...attributes: readonly Buffer[]): Buffer {
  const body = Buffer.concat(attributes)
  return Buffer.concat([u16(type), u16(body.length), u32(cookie), transaction, body])
}
const allocated = stun(0x0103, attribute(0x0016, xored(relay)))
const bind = stun(0x0009, attribute(0x000c, hex('40010000')), attribute(0x0012, xored(peer)))
const send = (payload: Buffer) => stun(0x0016, attribute(0x0012, xored(peer)), attribute(0x0013, payload))
const received = (payload: Buffer) => stun(0x0017, attribute(0x0012, xored(peer)), attribute(0x0013, payload))
const channel = (payload: Buffer) => Buffer.concat([u16(0x4001), u16(payload.length), payload])
const rtp = (i: number, ssrc = 7) =>
  Buffer.concat([hex('8000'), u16(i), u32(i * 160), u32(ssrc), Buffer.alloc(160, 0x55)])
const twenty = <Item>(make: (i: number) => Item) => Array.from({ length: 20 }, (_, i) => make(i))
const ends = (
  streams: readonly { source: { host: string; port: number }; destination: { host: string; port: number } }[],
) => streams.map(({ source, destination }) => [source.host, source.port, destination.host, destination.port])

describe('what a TURN server relays', () => {
  const both = [
    ['198.51.100.1', 61_000, '203.0.113.5', 4000],
    ['203.0.113.5', 4000, '198.51.100.1', 61_000],
  ]

  it.each([
    ['in Send and Data indications', [], send, received],
    ['over a channel that was bound', [datagram(client, server, bind)], channel, channel],
  ])('%s is read, between the address that the relay gave and the peer', async (_name, before, out, back) => {
    const { unmatched, unread, foreign } = await load(
      datagram(server, client, allocated),
      ...before,
      ...twenty((i) => [datagram(client, server, out(rtp(i, 1))), datagram(server, client, back(rtp(i, 2)))]).flat(),
    )
    expect(ends(unmatched)).toEqual(both)
    expect(unmatched.map(({ stats }) => stats.packets)).toEqual([20, 20])
    expect(unread).toEqual([])
    expect(foreign).toEqual([{ what: 'STUN', packets: 1 + before.length }])
  })

  it('is of the client itself where the capture does not say which address it was given', async () => {
    const { unmatched } = await load(...twenty((i) => datagram(client, server, send(rtp(i)))))
    expect(ends(unmatched)).toEqual([['10.0.0.1', 50_000, '203.0.113.5', 4000]])
  })

  it('is counted once where the capture has both sides of the relay', async () => {
    const { unmatched } = await load(
      datagram(server, client, allocated),
      datagram(relay, peer, stun(0x0001)),
      ...twenty((i) => [datagram(client, server, send(rtp(i))), datagram(relay, peer, rtp(i))]).flat(),
    )
    expect(unmatched.map(({ stats }) => [stats.packets, stats.duplicates])).toEqual([[20, 0]])
  })

  it('is that of the call whose session description names the relayed address', async () => {
    const sipEnds: readonly [End, End] = [
      ['c0000263', 5060],
      ['c0000201', 5060],
    ]
    const invite = request({ body: sdp('198.51.100.1', 61_000) })
    const answer = request({ toTag: 'b', body: sdp('203.0.113.5', 4000) }).replace(/^INVITE [^\r]*/, 'SIP/2.0 200 OK')
    const { calls, unmatched } = await load(
      datagram(...sipEnds, Buffer.from(invite)),
      datagram(sipEnds[1], sipEnds[0], Buffer.from(answer)),
      datagram(server, client, allocated),
      datagram(client, server, bind),
      ...twenty((i) => datagram(server, client, channel(rtp(i)))),
    )
    expect(unmatched).toEqual([])
    expect(reportOf(calls[0]!, 0, null).streams.map(({ packets }) => packets)).toEqual([20])
  })

  it('over a channel whose binding is not in the capture is said not to be read', async () => {
    const { unread } = await load(...twenty((i) => datagram(client, server, channel(rtp(i)))))
    expect(unread).toEqual([
      { reason: 'relayed by TURN over a channel whose binding is not in the capture', packets: 20 },
    ])
  })

  it('over TCP is read as over UDP', async () => {
    let sequence = 1
    const segment = (payload: Buffer, syn = false) => {
      const head = [u16(50_000), u16(3478), u32(sequence), u32(0), hex(syn ? '5002' : '5010'), hex('ffff 0000 0000')]
      sequence += payload.length + Number(syn)
      const packet = ipv4(6, Buffer.concat([...head, payload]))
      hex('0a000001').copy(packet, 12)
      return packet
    }
    const { unmatched, unread } = await load(
      segment(Buffer.alloc(0), true),
      segment(stun(0x0003)),
      segment(bind),
      ...twenty((i) => segment(channel(rtp(i)))),
    )
    expect(unmatched.map(({ stats }) => stats.packets)).toEqual([20])
    expect(unread).toEqual([])
  })
})

describe('what is neither SIP nor RTP', () => {
  const record = (type: number) =>
    Buffer.concat([Buffer.from([type]), hex('feff 0000 000000000000 0010'), Buffer.alloc(16)])

  it('is named where it is known', async () => {
    const { foreign, other, problems } = await load(
      datagram(client, peer, stun(0x0001)),
      datagram(client, peer, hex('0001 0000 000102030405060708090a0b0c0d0e0f')),
      datagram(client, peer, record(22)),
      datagram(client, peer, record(23)),
      datagram(client, peer, Buffer.concat([hex('10000001 5a525450 00000007'), Buffer.alloc(40)])),
      datagram(client, peer, Buffer.alloc(40, 1)),
    )
    expect(foreign).toEqual([
      { what: 'STUN', packets: 2 },
      { what: 'DTLS handshake', packets: 1 },
      { what: 'DTLS data', packets: 1 },
      { what: 'ZRTP', packets: 1 },
    ])
    expect({ other, problems }).toEqual({ other: 6, problems: [] })
  })
})
