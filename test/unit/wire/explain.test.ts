import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callCommand } from '../../../shared/contract/command-line.ts'
import { placeCallSchema, type PlaceCall } from '../../../shared/contract/place-call.ts'
import { encodeText } from '../../../shared/base/text.ts'
import { explainSdp } from '../../../shared/wire/sdp/explain.ts'
import { compareMessages } from '../../../shared/wire/sip/compare.ts'
import { headerMeaning, messageMeaning, variableOf } from '../../../shared/wire/sip/meaning.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { maskNumbers } from '../../../shared/wire/sip/redact.ts'
import type { SipMessage } from '../../../shared/wire/sip/message.ts'
import { torture } from '../../harness/fixtures.ts'

const read = (text: string) => parseSip(encodeText(text.replaceAll('\n', '\r\n'))) as SipMessage
const response = (status: number) =>
  read(
    `SIP/2.0 ${status} Any\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:a@h>;tag=1\nTo: <sip:b@h>\nCall-ID: c\nCSeq: 1 INVITE\nContent-Length: 0\n\n`,
  )

describe('what a message says', () => {
  it('has a sentence and a source for every header that our own messages carry, compact forms too', () => {
    for (const name of [
      'Via',
      'v',
      'From',
      'f',
      'To',
      'Call-ID',
      'i',
      'CSeq',
      'Contact',
      'm',
      'Max-Forwards',
      'Allow',
      'Supported',
      'k',
      'Content-Type',
      'c',
      'Content-Length',
      'l',
      'User-Agent',
      'Session-Expires',
      'x',
      'WWW-Authenticate',
      'Proxy-Authorization',
    ]) {
      expect(headerMeaning(name), name).toMatchObject({
        text: expect.stringMatching(/^[A-Z].*\.$/),
        source: expect.stringMatching(/^RFC \d+/),
      })
    }
    expect(headerMeaning('constructor')).toBeNull()
    expect(headerMeaning('X-Anything-Else')!.text).toMatch(/sip_anything_else/)
  })

  it('has a sentence for every status from 100 to 699 and for methods nobody knows', () => {
    for (let status = 100; status < 700; status++) expect(messageMeaning(response(status)).text).toMatch(/^[A-Z].*\.$/)
    const odd = read(
      'NEWTHING sip:a SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:a@h>;tag=1\nTo: <sip:b@h>\nCall-ID: c\nCSeq: 1 NEWTHING\n\n',
    )
    expect(messageMeaning(odd).text).toMatch(/not standardised/)
  })

  it.each([
    ['X-CALL-ID', 'system__call_sid'],
    ['x-caller-id', 'system__caller_id'],
    ['X-Contact-ID', 'sip_contact_id'],
    ['X-a', 'sip_a'],
    ['X-', null],
    ['Subject', null],
  ])('%s becomes the variable %s', (name, variable) => {
    expect(variableOf(name)).toBe(variable)
  })
})

describe('comparing messages', () => {
  it('names each header and line that changed, came or went', () => {
    const before = read(
      'INVITE sip:a@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nCSeq: 1 INVITE\nSubject: x\nContent-Type: application/sdp\n\nm=audio 4000 RTP/AVP 0\na=sendrecv\n',
    )
    const after = read(
      'INVITE sip:a@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK2\nCSeq: 2 INVITE\nAuthorization: Digest x\nContent-Type: application/sdp\n\nm=audio 4000 RTP/AVP 0\na=sendonly\n',
    )
    expect(compareMessages(before, after)).toEqual([
      { name: 'Via', before: 'SIP/2.0/UDP h;branch=z9hG4bK1', after: 'SIP/2.0/UDP h;branch=z9hG4bK2' },
      { name: 'CSeq', before: '1 INVITE', after: '2 INVITE' },
      { name: 'Subject', before: 'x', after: null },
      { name: 'Authorization', before: null, after: 'Digest x' },
      { name: 'a=sendrecv', before: 'a=sendrecv', after: null },
      { name: 'a=sendonly', before: null, after: 'a=sendonly' },
    ])
    expect(compareMessages(before, before)).toEqual([])
  })
})

describe('explaining a session description', () => {
  it('says where audio goes, which codecs, which encryption', () => {
    const lines = explainSdp(
      'v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xxxx\r\na=ptime:20\r\na=sendonly\r\nx=odd\r\n',
    )
    expect(lines.map(({ text }) => text)).toEqual([
      'Version of the format.',
      'Session 1, version 2: the version goes up with every change.',
      'Audio is to be sent to 192.0.2.1.',
      'audio at port 4000, SRTP, keys in the description (SDES); PCMU, PCMA, payload type 101, in order of preference.',
      'Payload type 101 is telephone-event/8000.',
      'An SRTP key for AES_CM_128_HMAC_SHA1_80 (RFC 4568); never shown.',
      'Packets of 20 ms.',
      'The sender sends and does not receive: hold.',
      '',
    ])
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

describe('the command for a call', () => {
  const command = (args: PlaceCall) => callCommand(placeCallSchema.parse(args))

  it('names what differs from the defaults, quoted for a shell, and never a password', () => {
    expect(command({ uri: 'sip:a@192.0.2.1' })).toBe('ringback call sip:a@192.0.2.1')
    expect(
      command({
        uri: 'sip:a@h;transport=tcp',
        trunk: 'twilio',
        headers: [{ name: 'X-CALL-ID', value: "it's 1; b" }],
        source: { kind: 'tone', hz: 440 },
        encryption: 'required',
        user: 'alice',
        password: 'geheim',
        durationMs: 2500,
      }),
    ).toBe(
      "ringback call 'sip:a@h;transport=tcp' --trunk twilio --user alice --password-env TRUNK_PASSWORD --header 'X-CALL-ID: it'\\''s 1; b' --encryption required --send tone:440 --duration 2.5",
    )
  })
})

describe('masking phone numbers', () => {
  it.each([
    ['sip:+15550100@example.org', 'sip:+xxxxxx00@example.org'],
    ['tel:+4930123456', 'tel:+xxxxxxxx56'],
    ['From: "+15550100" <sip:alice@h>', 'From: "+xxxxxx00" <sip:alice@h>'],
    ['X-CALLER-ID: 15550100', 'X-CALLER-ID: xxxxxx00'],
    ['CSeq: 12345678 INVITE', 'CSeq: 12345678 INVITE'],
    ['sip:1001@h', 'sip:1001@h'],
    ['at 1700000000000000', 'at 1700000000000000'],
  ])('%s becomes %s', (text, masked) => {
    expect(maskNumbers(text)).toBe(masked)
  })

  it('keeps the length of any text', () => {
    fc.assert(fc.property(fc.string(), (text) => maskNumbers(text).length === text.length))
  })
})

const messages = torture()
describe.skipIf(messages === null)('RFC 4475', () => {
  it('every message of it that can be read has a meaning, and is the same as itself', () => {
    for (const name of readdirSync(messages!).filter((file) => file.endsWith('.dat'))) {
      const message = parseSip(readFileSync(join(messages!, name)))
      if (message.kind === 'unreadable') continue
      expect(messageMeaning(message).text).not.toBe('')
      expect(compareMessages(message, message)).toEqual([])
    }
  })
})
