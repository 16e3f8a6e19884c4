import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { header, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench, us } from '../../harness/ua-bench.ts'

let bench: UaBench
beforeEach(async () => {
  bench = new UaBench()
  await bench.listen()
})
afterEach(() => bench.close())

const lastResponse = () => bench.sent().findLast((message) => message.kind === 'response') as SipResponse

/** A call that came in and was answered; the tag of our side. */
const answered = async (uri?: string) => {
  await bench.inject(request({ body: sdp(), ...(uri === undefined ? {} : { uri }) }))
  const call = bench.incoming[0]!
  expect(await call.answer(await bench.media())).toBeNull()
  const ok = lastResponse()
  const toTag = messageIds(ok).toTag!
  await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag }))
  return { call, ok, toTag }
}

describe('a call to a sips URI', () => {
  it('has sips in the Contact of our responses and of our requests, and names no transport there', async () => {
    const { call, ok } = await answered('sips:agent@192.0.2.1')
    expect(header(ok, 'contact')).toBe(`<sips:agent@${us.host}:${us.port}>`)
    call.hold(true, () => {})
    await bench.clock.advance(10)
    expect(header(bench.sent().at(-1)!, 'contact')).toMatch(/^<sips:/)
  })
})

describe('a REFER', () => {
  it('is refused with 405, and it is said', async () => {
    const { toTag } = await answered()
    await bench.inject(request({ method: 'REFER', branch: 'z9hG4bKrefer', toTag, cseq: 2 }))
    expect(lastResponse().status).toBe(405)
    expect(bench.observations).toContain(
      'method-refused: REFER of the peer was refused with 405: it is not spoken here',
    )
  })
})
