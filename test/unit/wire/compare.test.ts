import { describe, expect, it } from 'vitest'
import { encodeText } from '../../../shared/base/text.ts'
import { compareMessages } from '../../../shared/wire/sip/compare.ts'
import type { SipMessage } from '../../../shared/wire/sip/message.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'

const read = (text: string) => parseSip(encodeText(text.replaceAll('\n', '\r\n'))) as SipMessage
describe('comparing messages', () => {
  it('names each header and line that changed, came or went', () => {
    const before = read(
      'INVITE sip:a@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nCSeq: 1 INVITE\nSubject: x\n' +
        'Content-Type: application/sdp\n\nm=audio 4000 RTP/AVP 0\na=sendrecv\n',
    )
    const after = read(
      'INVITE sip:a@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK2\nCSeq: 2 INVITE\nAuthorization: Digest x\n' +
        'Content-Type: application/sdp\n\nm=audio 4000 RTP/AVP 0\na=sendonly\n',
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
