import { describe, expect, it } from 'vitest'
import { parseRtcp, writeRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { parseSdp, writeSdp } from '../../../shared/wire/sdp/sdp.ts'

/** By hand, from the figure of RFC 3611 4.7. */
const packet = Uint8Array.from([
  ...[0x80, 207, 0, 13, 0, 0, 0, 9],
  // A block of another kind before it: loss RLE, of two words.
  ...[1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0],
  ...[7, 0, 0, 8, 0, 0, 0, 1, 13, 26, 128, 3, 0, 120, 19, 136, 0, 85, 0, 60],
  ...[236, 196, 127, 16, 82, 127, 38, 36, 0x60, 0, 0, 40, 0, 60, 0, 90],
])

describe('an extended report (RFC 3611)', () => {
  it('is read by the figure of the RFC, and blocks of other kinds are passed over', () => {
    expect(parseRtcp(packet)).toEqual([
      {
        type: 'xr',
        ssrc: 9,
        voip: [
          {
            ssrc: 1,
            lossRate: 13 / 256,
            discardRate: 26 / 256,
            burstDensity: 0.5,
            gapDensity: 3 / 256,
            burstMs: 120,
            gapMs: 5000,
            roundTripMs: 85,
            endSystemDelayMs: 60,
            signalDbm: -20,
            noiseDbm: -60,
            echoReturnLossDb: null,
            gmin: 16,
            r: 82,
            externalR: null,
            mosLq: 3.8,
            mosCq: 3.6,
            receiverConfig: 0x60,
            jitterBufferMs: 40,
            jitterBufferMostMs: 60,
            jitterBufferLongestMs: 90,
          },
        ],
      },
    ])
  })

  it('says nothing of what is outside of its range', () => {
    const outside = packet.slice()
    outside.set([101, 255, 9, 51], packet.length - 12)
    expect(parseRtcp(outside)).toMatchObject([{ voip: [{ r: null, externalR: null, mosLq: null, mosCq: null }] }])
  })

  it('is written as it is read', () => {
    const [read] = parseRtcp(packet) as Extract<ReturnType<typeof parseRtcp>, object[]>
    const written = writeRtcp([read as Extract<typeof read, { type: 'xr' }>])
    expect(written).toEqual(Uint8Array.from([0x80, 207, 0, 10, 0, 0, 0, 9, ...packet.subarray(20)]))
  })

  it('that lies about its length is said, not believed', () => {
    for (let length = 0; length < packet.length; length++)
      expect(typeof parseRtcp(packet.subarray(0, length))).toBe(length === 0 ? 'object' : 'string')
    const lie = packet.slice()
    lie[11] = 200
    expect(parseRtcp(lie)).toBe('a block of the extended report is cut off')
  })
})

describe('a=rtcp-xr', () => {
  const sdp = (session: string, medium: string) =>
    parseSdp(
      `v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n${session}` +
        `m=audio 4000 RTP/AVP 0\r\n${medium}`,
    )
  it('is read for a medium and for all media, and written', () => {
    const own = sdp('', 'a=rtcp-xr:pkt-loss-rle=9 voip-metrics\r\n')
    expect(own).toMatchObject({ media: [{ rtcpXr: 'pkt-loss-rle=9 voip-metrics' }] })
    expect(sdp('a=rtcp-xr:voip-metrics\r\n', '')).toMatchObject({ media: [{ rtcpXr: 'voip-metrics' }] })
    expect(sdp('a=rtcp-xr:voip-metrics\r\n', 'a=rtcp-xr:\r\n')).toMatchObject({ media: [{ rtcpXr: '' }] })
    expect(sdp('', '')).not.toHaveProperty('media.0.rtcpXr')
    expect(writeSdp(own as Extract<typeof own, object>)).toContain('\r\na=rtcp-xr:pkt-loss-rle=9 voip-metrics\r\n')
  })
})
