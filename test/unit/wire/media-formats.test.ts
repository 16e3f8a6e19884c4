import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { middleNtp, parseRtcp, toNtp, writeRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, readRtp, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import {
  digitToEvent,
  eventToDigit,
  readTelephoneEvent,
  writeTelephoneEvent,
} from '../../../shared/wire/rtp/telephone-event.ts'
import { audioOf, parseSdp, writeSdp, type SessionDescription } from '../../../shared/wire/sdp/sdp.ts'
import { sdp } from '../../harness/messages.ts'

describe('RTP', () => {
  it('reads back what it writes', () => {
    const number = (bits: number) => fc.nat(2 ** bits - 1)
    fc.assert(
      fc.property(
        number(7),
        fc.boolean(),
        number(16),
        number(31),
        number(31),
        (type, marker, sequence, timestamp, ssrc) => {
          const packet = new Uint8Array(20)
          writeRtpHeader(packet, type, marker, sequence, timestamp, ssrc)
          const header = emptyRtpHeader()
          expect(readRtp(packet, header)).toBeNull()
          expect(header).toEqual({
            payloadType: type,
            marker,
            sequence,
            timestamp,
            ssrc,
            payloadOffset: 12,
            payloadLength: 8,
          })
        },
      ),
    )
  })

  it('skips CSRC, extension and padding', () => {
    const packet = Buffer.from('b2000001000000010000000200000003000000049999000100000000aabb0002', 'hex')
    packet[0] = 0xb2
    const header = emptyRtpHeader()
    expect(readRtp(packet, header)).toBeNull()
    expect(header).toMatchObject({ payloadOffset: 12 + 8 + 8, payloadLength: 2 })
  })

  it.each([
    ['too short', '8000'],
    ['another version', '400000010000000100000002'],
    ['an extension that is cut', '900000010000000100000002'],
    ['more padding than packet', 'a000000100000001000000ff'],
  ])('says why a packet is no RTP: %s', (_name, hex) => {
    expect(readRtp(Buffer.from(hex, 'hex'), emptyRtpHeader())).toEqual(expect.any(String))
  })

  it('never throws', () =>
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void readRtp(bytes, emptyRtpHeader()))))
})

describe('telephone-event', () => {
  it('maps every key both ways', () => {
    for (const digit of '0123456789*#ABCD') expect(eventToDigit(digitToEvent(digit))).toBe(digit)
    const event = { event: 11, end: true, volume: 10, duration: 1280 }
    expect(readTelephoneEvent(writeTelephoneEvent(event))).toEqual(event)
  })
})

describe('RTCP', () => {
  const block = {
    ssrc: 7,
    fractionLost: 3,
    cumulativeLost: -2,
    highestSequence: 70_000,
    jitter: 12,
    lastSr: 99,
    delaySinceLastSr: 65_536,
  }
  const compound = [
    {
      type: 'sr' as const,
      ssrc: 1,
      ntpSeconds: 2,
      ntpFraction: 3,
      rtpTimestamp: 4,
      packets: 5,
      octets: 6,
      reports: [block],
    },
    {
      type: 'sdes' as const,
      chunks: [
        { ssrc: 1, cname: 'x@y' },
        { ssrc: 2, cname: 'longer@name' },
      ],
    },
    { type: 'bye' as const, ssrcs: [1], reason: 'done' },
  ]

  it('reads back a compound packet', () => expect(parseRtcp(writeRtcp(compound))).toEqual(compound))

  it('says why bytes are no RTCP, and never throws', () => {
    expect(parseRtcp(writeRtcp(compound).subarray(0, 30))).toMatch(/announces/)
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void parseRtcp(bytes)))
  })

  it('turns an instant into NTP time', () => {
    const { seconds, fraction } = toNtp(1_500_000)
    expect(seconds).toBe(2_208_988_801)
    expect(fraction).toBe(2 ** 31)
    expect(middleNtp(0x12345678, 0x9abcdef0)).toBe(0x56789abc)
  })
})

describe('SDP', () => {
  it('reads address, port, codecs, direction and ptime', () => {
    const session = parseSdp(sdp('192.0.2.5', 4000, 'a=ptime:30\na=sendonly\n', '8 0 101')) as SessionDescription
    expect(audioOf(session)).toMatchObject({
      address: '192.0.2.5',
      port: 4000,
      direction: 'sendonly',
      ptimeMs: 30,
      protocol: 'RTP/AVP',
    })
    expect(audioOf(session)!.formats.map(({ codec, clockRateHz }) => `${codec}/${clockRateHz}`)).toEqual([
      'PCMA/8000',
      'PCMU/8000',
      'telephone-event/8000',
    ])
  })

  it('reads back what it writes', () => {
    const session = parseSdp(sdp()) as SessionDescription
    expect(parseSdp(writeSdp(session))).toEqual({ ...session, media: session.media.map((m) => ({ ...m })) })
  })

  it.each(['', 'hello', 'v=0\r\n', 'v=1\r\no=- 1 1 IN IP4 1.2.3.4\r\n'])('says why %j is none', (text) =>
    expect(typeof parseSdp(text)).toBe('string'),
  )

  it('never throws', () => {
    const lines = fc.constantFrom(
      'm=audio 1 RTP/AVP 0',
      'm=audio x y z',
      'a=rtpmap:0',
      'a=rtpmap:x PCMU/8000',
      'c=IN IP4',
      'a=crypto:1',
      'a=ptime:x',
      'a=fmtp:',
      's=-',
      'o=- 1',
      'a=rtcp:99999999',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(lines, fc.string())),
        (parts) => void parseSdp(`v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n${parts.join('\r\n')}\r\n`),
      ),
    )
  })
})
