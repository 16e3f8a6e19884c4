import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findSession } from '../../../shared/wire/sdp/find.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { SipRequest } from '../../../shared/wire/sip/message.ts'
import type { EncryptionForm } from '../../../shared/model/encryption.ts'
import { sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'

// Encryption that is allowed has two forms: a peer that refuses the one may take the other.

let bench: UaBench
beforeEach(async () => {
  bench = new UaBench()
  await bench.listen()
})
afterEach(() => bench.close())

const key = Buffer.alloc(30, 7).toString('base64')
const secured = (port = 30_000) =>
  sdp('192.0.2.99', port, `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\n`).replace('RTP/AVP', 'RTP/SAVP')
/** An answer to two lines that takes the first, and one that takes the second. */
const firstOf = `${secured().trimEnd()}\r\nm=audio 0 RTP/AVP 0\r\n`
const secondOf = sdp().replace('m=audio', 'm=audio 0 RTP/SAVP 0\r\nm=audio')
const refusing = sdp().replace('m=audio 30000', 'm=audio 0')
const lastInvite = () =>
  bench.sent().findLast((message) => message.kind === 'request' && message.method === 'INVITE') as SipRequest
const lines = (request: SipRequest) =>
  findSession(request)!.session!.media.map(
    ({ port, protocol, crypto }) =>
      `${protocol}${port === 0 ? ' refused' : ''}${crypto.length > 0 ? ' with keys' : ''}`,
  )

async function calling(form?: EncryptionForm) {
  const taken: EncryptionForm[] = []
  const media = await bench.media({ encryption: 'allowed', form, formTaken: (other) => void taken.push(other) })
  const call = await bench.call({ media })
  return { call, media, taken, invite: lastInvite() }
}

describe('a peer that refuses encryption in one form', () => {
  it.each([488, 606])('with %i is offered the other, in the next INVITE of the call', async (status) => {
    const { call, media, taken, invite } = await calling()
    expect(lines(invite)).toEqual(['RTP/AVP with keys'])
    await bench.respond(invite, status)
    const again = lastInvite()
    expect(lines(again)).toEqual(['RTP/SAVP with keys', 'RTP/AVP'])
    expect(messageIds(again).cseq!.number).toBe(messageIds(invite).cseq!.number + 1)
    expect([messageIds(again).callId, messageIds(again).fromTag]).toEqual([
      messageIds(invite).callId,
      messageIds(invite).fromTag,
    ])
    await bench.respond(again, 200, { body: firstOf })
    expect([call.state.kind, media.negotiated!.crypto?.suite, taken]).toEqual([
      'answered',
      'AES_CM_128_HMAC_SHA1_80',
      ['two-lines'],
    ])
    expect(bench.observations.find((line) => line.startsWith('note'))).toBe(
      'note: the offer was refused: it is made again with media encryption as RTP/SAVP beside RTP/AVP',
    )
  })

  it('with port 0 in a 200 is offered the other inside the dialog', async () => {
    const { call, media, taken, invite } = await calling()
    await bench.respond(invite, 200, { body: refusing })
    await bench.clock.advance(0)
    const again = lastInvite()
    expect(lines(again)).toEqual(['RTP/SAVP with keys', 'RTP/AVP'])
    expect(messageIds(again).toTag).toBe('peer')
    await bench.respond(again, 200, { body: firstOf })
    expect([call.state.kind, media.negotiated!.crypto !== null, taken]).toEqual(['answered', true, ['two-lines']])
  })

  it('may have been refused the two lines, and is offered one', async () => {
    const { call, media, taken, invite } = await calling('two-lines')
    expect(lines(invite)).toEqual(['RTP/SAVP with keys', 'RTP/AVP'])
    await bench.respond(invite, 488)
    const again = lastInvite()
    expect(lines(again)).toEqual(['RTP/AVP with keys'])
    await bench.respond(again, 200, { body: sdp() })
    expect([call.state.kind, media.negotiated!.crypto, taken]).toEqual(['answered', null, ['one-line']])
  })

  it('and in the other is not asked a third time', async () => {
    const { call, taken, invite } = await calling()
    await bench.respond(invite, 488)
    await bench.respond(lastInvite(), 488)
    expect([call.state.kind, taken, lastInvite()]).toEqual(['ended', [], undefined])
  })

  it('and in the other inside the dialog gets BYE', async () => {
    const { call, invite } = await calling()
    await bench.respond(invite, 200, { body: refusing })
    await bench.clock.advance(0)
    await bench.respond(lastInvite(), 488)
    await bench.clock.advance(0)
    expect(bench.lines()).toContain('BYE')
    expect(call.state.kind).toBe('ending')
    expect(bench.observations).toContainEqual(expect.stringContaining('media-failed: the answer refuses the audio'))
  })

  it.each(['disabled', 'required'] as const)('is not asked again where encryption is %s', async (encryption) => {
    const call = await bench.call({ media: await bench.media({ encryption }) })
    await bench.respond(lastInvite(), 488)
    expect([call.state.kind, lastInvite()]).toEqual(['ended', undefined])
  })

  it('is not asked again by a caller that has given up', async () => {
    const { call, invite } = await calling()
    await bench.respond(invite, 180)
    call.hangUp()
    await bench.respond(invite, 488)
    expect([call.state.kind, lastInvite()]).toEqual(['ended', undefined])
  })

  it('has each later offer on the line that it took, the other refused in its place', async () => {
    for (const [answer, expected] of [
      [firstOf, ['RTP/SAVP with keys', 'RTP/AVP refused']],
      [secondOf, ['RTP/SAVP refused', 'RTP/AVP']],
    ] as const) {
      bench.close()
      bench = new UaBench()
      await bench.listen()
      const { call, invite } = await calling('two-lines')
      await bench.respond(invite, 200, { body: answer })
      call.reoffer(() => {})
      await bench.clock.advance(0)
      expect(lines(lastInvite())).toEqual(expected)
    }
  })
})
