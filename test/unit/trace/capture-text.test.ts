import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { CaptureFiles } from '../../harness/capture-files.ts'
import { openCaptures } from '../../harness/opened.ts'
import { far, formats, invite, near, ok, passed, plain, trying } from '../../harness/sip-texts.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

describe('a text with SIP messages', () => {
  it.each(formats)('of %s is read as far as it says what passed', async (_name, text, expected) => {
    const { calls, problems, packets, read } = await openCaptures(files.write('log', Buffer.from(text, 'latin1')))
    expect(calls).toHaveLength(1)
    const { messages, timeline, media } = reportOf(calls[0]!, 0, null)
    const count = messages.length
    expect({ packets, read }).toEqual({ packets: count, read: count })
    expect(messages.flatMap((message) => message.problems)).toEqual([])
    const starts = ['INVITE sip:bob@example.com SIP/2.0', 'SIP/2.0 100 Trying', 'SIP/2.0 200 OK']
    expect(messages.map(({ startLine }) => startLine)).toEqual(starts.slice(0, count))
    expect(messages.map(({ raw }) => raw)).toEqual(passed.slice(0, count).map((message) => message.text))
    const ends = messages.map(({ source, destination }) => [source, destination])
    const wanted = {
      both: [
        [far, near],
        [near, far],
        [near, far],
      ],
      far: [
        [far, 'unknown'],
        ['unknown', far],
        ['unknown', far],
      ],
      none: [
        ['unknown (caller)', 'unknown (called)'],
        ['unknown (called)', 'unknown (caller)'],
        ['unknown (called)', 'unknown (caller)'],
      ],
    }[expected.ends]
    expect(ends).toEqual(wanted.slice(0, count))
    if (count === 3)
      expect(media.map(({ local, remote }) => [local, remote])).toEqual([['192.0.2.1:4000', '192.0.2.2:4002']])
    if (expected.at !== null) {
      expect(messages[0]!.at).toBe(expected.at)
      if (count === 3) expect(timeline).toMatchObject({ setupMs: 2000, answeredAt: expect.stringContaining(':03.') })
    }
    if (expected.unknown) expect(messages[0]!.unknown).toEqual(expected.unknown)
    expect(problems.some((sentence) => sentence.includes('were changed or left out'))).toBe(false)
  })

  it('that does not say when they passed invents no time', async () => {
    const { calls, problems } = await openCaptures(files.write('timeless', Buffer.from(`${invite}${trying}${ok}`)))
    const { messages, timeline, verdict } = reportOf(calls[0]!, 0, null)
    expect(messages.map(({ unknown }) => unknown)).toEqual(messages.map(() => ['time', 'source', 'destination']))
    expect(timeline).toMatchObject({ ringingAt: null, answeredAt: null, postDialDelayMs: null, setupMs: null })
    expect(verdict).toMatchObject({
      kind: 'unknown',
      sentence: expect.stringContaining('a text of SIP messages holds no RTP'),
    })
    expect(problems).toEqual([
      expect.stringContaining('does not say when 3 messages passed'),
      expect.stringContaining('does not say between which addresses 3 messages passed'),
    ])
  })

  it('whose lines were changed says so and blames nobody for it', async () => {
    const changed = plain(invite).replace('s=-', 's=changed by hand')
    const { calls, problems } = await openCaptures(files.write('changed', Buffer.from(changed)))
    const { messages, findings } = reportOf(calls[0]!, 0, null)
    expect(messages[0]!.problems).toEqual([])
    expect(findings).toEqual([])
    expect(problems).toContainEqual(expect.stringContaining('lines of 1 message were changed'))
  })

  it('keeps a message that is the body of another', async () => {
    const notify =
      'NOTIFY sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP b\r\nFrom: <sip:b@b>;tag=1\r\nTo: <sip:a@a>;tag=2\r\n' +
      'Call-ID: n1\r\nCSeq: 1 NOTIFY\r\nContent-Type: message/sipfrag\r\nContent-Length: 16\r\n\r\nSIP/2.0 200 OK\r\n'
    const { dialogs } = await openCaptures(files.write('sipfrag', Buffer.from(`${notify}\n${invite}`)))
    const texts = dialogs[0]!.messages.map(({ event }) => Buffer.from(event.bytes).toString())
    expect(texts).toEqual([notify])
  })

  it('without any message is no capture, and one that only speaks of messages has none', async () => {
    const text = 'the peer sent SIP/2.0 404 Not Found\nand we sent: INVITE sip:a@b SIP/2.0\nthen nothing\n'
    await expect(openCaptures(files.write('talk', Buffer.from(text)))).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('a text in which no SIP message stands'),
    })
  })
})
