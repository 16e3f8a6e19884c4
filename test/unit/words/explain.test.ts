import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainSdp } from '../../../shared/words/explain.ts'

describe('explaining a session description', () => {
  it('says where audio goes, which codecs, which encryption', () => {
    const lines = explainSdp(
      'v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 0 8 101\r\n' +
        'a=rtpmap:101 telephone-event/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xxxx\r\na=ptime:20\r\n' +
        'a=sendonly\r\nx=odd\r\n',
    )
    expect(lines.map(({ text }) => text)).toEqual([
      'Version of the format.',
      'Session 1, version 2: the version goes up with every change.',
      'Audio is to be sent to 192.0.2.1.',
      'audio at port 4000, SRTP, keys in the description (SDES); PCMU, PCMA, telephone-event, in order of preference.',
      'Payload type 101 is telephone-event/8000.',
      'An SRTP key for AES_CM_128_HMAC_SHA1_80 (RFC 4568); never shown.',
      'Packets of 20 ms.',
      'The sender sends and does not receive: hold.',
      '',
    ])
  })

  it('knows both ways to be on hold without an address', () => {
    for (const address of ['0.0.0.0', '::', '0:0:0:0:0:0:0:0'])
      expect(explainSdp(`v=0\r\nc=IN IP6 ${address}\r\n`)[1]!.text).toMatch(/hold/)
  })

  it('reads anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => explainSdp(text).every(({ line }) => text.includes(line))),
    )
    fc.assert(
      fc.property(
        fc.constantFrom('a=', 'm=', 'c=', 'o=', 'a=rtpmap:', 'a=__proto__', 'a=constructor:'),
        fc.string(),
        (head, text) => typeof explainSdp(head + text)[0]!.text === 'string',
      ),
    )
  })
})
