import { describe, expect, it } from 'vitest'
import { misbehaved } from '../../../electron/engine/agent/wrong.ts'
import { decodeText, encodeText } from '../../../shared/base/text.ts'
import { header, makeHeader, makeResponse, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { sdp } from '../../harness/messages.ts'

const answer: SipResponse = {
  ...makeResponse(200, 'OK', [
    makeHeader('CSeq', '1 INVITE'),
    makeHeader('Contact', '<sip:agent@192.0.2.1:5060;transport=tcp>'),
    makeHeader('Content-Type', 'application/sdp'),
  ]),
  body: encodeText(sdp('192.0.2.1')),
}

describe('a response that is wrong on purpose', () => {
  it('has a Contact of a private address, and its parameters', () => {
    const contact = header(misbehaved(answer, ['private-contact'])!, 'contact')
    expect(contact).toBe('<sip:agent@10.255.255.1:5060;transport=tcp>')
  })

  it('wants media at a private address, and keeps the rest of its description', () => {
    const text = decodeText(misbehaved(answer, ['private-sdp'])!.body)
    expect(text).toBe(sdp('192.0.2.1').replace('c=IN IP4 192.0.2.1', 'c=IN IP4 10.255.255.1'))
  })

  it('is as it was where what is wrong is not about responses', () => {
    expect(misbehaved(answer, ['audio-stops', 'tls-expired'])).toEqual(answer)
  })
})
