import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureFiles } from '../../harness/capture-files.ts'
import { foundCaptures } from '../../harness/fixtures.ts'
import { request, sdp } from '../../harness/messages.ts'
import { openCaptures } from '../../harness/opened.ts'
import { ipv4, pcapFile, u16, u32, udp } from '../../harness/wrapped.ts'

const folder = foundCaptures()
const files = new CaptureFiles()
afterAll(() => files.remove())

/** The packets of each stream of each call, and of what belongs to none. */
async function streamsIn(path: string) {
  const { calls, unmatched } = await openCaptures(path)
  const packets = ({ stats }: { readonly stats: { readonly packets: number } }) => stats.packets
  return { calls: calls.map(({ streams }) => streams.all.map(packets)), unmatched: unmatched.map(packets) }
}

describe.skipIf(folder === null)('streams belong to the calls that they serve', () => {
  it.each([
    [
      's01-b2bua-same-sdp',
      'both legs of a call whose description was passed on',
      [
        [500, 500],
        [500, 500],
      ],
    ],
    ['x10-call-waiting-same-port', 'the call that goes on, not one that was refused', [[990, 990], []]],
    [
      'x15-directmedia-port-changed',
      'both legs after a re-INVITE',
      [
        [500, 500],
        [500, 500],
      ],
    ],
    ['i01-ice-host-candidates', 'a call by the candidates of its descriptions', [[100, 190, 190]]],
    ['n01-private-sdp-no-latching', 'a call by one end alone', [[490, 490]]],
    ['n03-server-behind-1to1-nat', 'a call whose server is captured behind its public address', [[490, 490]]],
    ['s19-ipv6-uncompressed', 'a call whose IPv6 addresses are written at length', [[490, 490]]],
    ['p08-multipart-sdp', 'a call with its description in one of several parts', [[490, 490]]],
    ['p09-content-length-0-with-sdp', 'a call with a description behind its end', [[495, 495]]],
  ])('%s: %s', async (name, _what, calls) => {
    expect(await streamsIn(join(folder!, `${name}.pcap`))).toEqual({ calls, unmatched: [] })
  })

  it('and what a payload type means is what its receiver says of the medium at that port', async () => {
    const { calls } = await openCaptures(join(folder!, 'v01-pt96-audio-and-video.pcap'))
    const audio = calls[0]!.streams.all.filter(({ stats }) => stats.packets === 235)
    expect(audio.map(({ stats }) => [stats.codec, stats.clockRateHz])).toEqual([
      ['opus', 48_000],
      ['opus', 48_000],
    ])
    for (const { stats } of audio) expect(stats.maxJitterMs).toBeLessThan(0.1)
  })

  it('and nobody reads a level from what is encrypted, whatever the profile is called', async () => {
    const { calls } = await openCaptures(join(folder!, 'x17-avp-with-crypto.pcap'))
    expect(calls[0]!.streams.all.map(({ stats }) => stats.meanDbfs)).toEqual([null, null])
  })
})

describe('an address that several calls announce', () => {
  const frame = (payload: Buffer, port = 5060) => ipv4(17, udp(port, payload))
  const invite = (callId: string) =>
    frame(Buffer.from(request({ callId, branch: `z9hG4bK${callId}`, body: sdp('198.51.100.2', 4000) })))
  const bye = (callId: string) =>
    frame(Buffer.from(request({ method: 'BYE', callId, branch: `z9hG4bKb${callId}`, cseq: 2 })))
  const rtp = (ssrc: number) =>
    Array.from({ length: 20 }, (_, i) =>
      frame(Buffer.concat([Buffer.from([0x80, 0]), u16(i), u32(i * 160), u32(ssrc), Buffer.alloc(160)]), 4000),
    )
  const silence = (seconds: number) => Array.from({ length: seconds * 1000 }, () => ipv4(1, Buffer.alloc(8)))
  const read = (...frames: readonly (Buffer | readonly Buffer[])[]) =>
    streamsIn(files.write('shared.pcap', pcapFile(101, frames.flat())))

  it('one after the other has the streams of its time', async () => {
    const first = [invite('one'), rtp(1), bye('one')]
    expect(await read(...first, silence(8), invite('two'), rtp(2))).toEqual({ calls: [[20], [20]], unmatched: [] })
  })

  it('has each its streams though the end of the first was not captured', async () => {
    const { calls } = await read(invite('one'), rtp(1), silence(70), invite('two'), rtp(2))
    expect(calls).toEqual([[20], [20]])
  })

  it('is that of two calls where a phone uses its Call-ID again after the end of the first', async () => {
    const text = request({ callId: 'one', branch: 'z9hG4bKone', body: sdp('198.51.100.2', 4000) })
    const answered = frame(Buffer.from(text.replace(/^[^\n]*\n/, 'SIP/2.0 200 OK\r\n')))
    const first = [invite('one'), answered, rtp(1), bye('one')]
    expect((await read(...first, silence(8), invite('one'), answered, rtp(2))).calls).toEqual([[20], [20]])
  })

  it('keeps what still comes after the end with the call that ended', async () => {
    const { calls } = await read(invite('one'), bye('one'), silence(9), rtp(1))
    expect(calls).toEqual([[20]])
  })

  it('has what came before its description was seen', async () => {
    expect((await read(rtp(1), invite('one'), rtp(1))).calls).toEqual([[40]])
  })
})
