import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { CaptureFiles, framesOf, pcapOf } from '../../harness/capture-files.ts'
import { sdp } from '../../harness/messages.ts'
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

  describe.each([
    ['tshark -x', (at: number) => at.toString(16).padStart(4, '0'), 1],
    ['tcpdump -xx', (at: number) => `\t0x${at.toString(16).padStart(4, '0')}:`, 2],
  ])('in which packets stand as bytes, as %s prints them,', (_name, numbered, group) => {
    const dump = (bytes: Buffer) =>
      Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
        const part = bytes.subarray(row * 16, row * 16 + 16)
        const pairs = part
          .toString('hex')
          .match(new RegExp(`.{1,${group * 2}}`, 'g'))!
          .join(' ')
        const shown = part.toString('latin1').replaceAll(/[^ -~]/g, '.')
        return `${numbered(row * 16)}  ${pairs.padEnd(group === 1 ? 47 : 39)}  ${group === 1 ? ' ' : ''}${shown}\n`
      }).join('')
    const ip = framesOf(pcapOf([{ callId: 'dumped', body: sdp() }]))[0]!
    const inEthernet = Buffer.concat([Buffer.from('0200000000010200000000020800', 'hex'), ip])
    const read = async (...parts: readonly string[]) => {
      const { calls, problems } = await openCaptures(files.write('dump', Buffer.from(parts.join('\n'))))
      return { problems, events: calls.flatMap(({ trace }) => trace.messages.map(({ event }) => event)) }
    }

    it.each([
      ['in Ethernet', inEthernet],
      ['as IP alone', ip],
      ['in PPP', Buffer.concat([Buffer.from('ff030021', 'hex'), ip])],
    ])('reads them %s', async (_link, bytes) => {
      const { events, problems } = await read(dump(bytes), dump(bytes))
      expect(events.map(({ source, destination }) => [source.host, destination.host])).toEqual([
        ['192.0.2.99', '192.0.2.1'],
        ['192.0.2.99', '192.0.2.1'],
      ])
      expect(problems).toEqual([expect.stringContaining('does not say when 2 packets passed')])
    })

    it('takes the time from the line before, and each packet once where its details are shown too', async () => {
      const line = '2026-03-01 12:00:01.500000Z IP 192.0.2.99.5060 > 192.0.2.1.5060: SIP: INVITE'
      const details = [
        'Frame 1: 500 bytes on wire (4000 bits), 500 bytes captured (4000 bits)',
        '    Encapsulation type: Ethernet (1)',
        '    Epoch Time: 1772366402.500000000 seconds',
        'Internet Protocol Version 4, Src: 192.0.2.99, Dst: 192.0.2.1',
        'User Datagram Protocol, Src Port: 5060, Dst Port: 5060',
        'Session Initiation Protocol (INVITE)',
        '    Request-Line: INVITE sip:agent@192.0.2.1 SIP/2.0',
        '    Message Header',
        '        Call-ID: dumped',
        '',
        '',
      ].join('\n')
      const { events, problems } = await read(line, dump(inEthernet), details + dump(inEthernet), details)
      expect(problems).toEqual([])
      expect(events.map(({ at }) => at / 1e6 - 1_772_366_400)).toEqual([1.5, 2.5, 2.5])
      expect(events.map(({ bytes }) => bytes.length > 300)).toEqual([true, true, false])
    })

    it('leaves out what was made of several packets', async () => {
      const { events } = await read(
        `Frame (500 bytes):\n${dump(inEthernet)}`,
        `Reassembled TCP (500 bytes):\n${dump(ip)}`,
      )
      expect(events).toHaveLength(1)
    })
  })

  it('whose lines Wireshark shortened says so', async () => {
    const text =
      'Session Initiation Protocol (INVITE)\n    Request-Line: INVITE sip:b@192.0.2.1 SIP/2.0\n    Message Header\n' +
      '        [truncated]Call-ID: short\n        CSeq: 1 INVITE\n'
    const { calls, problems } = await openCaptures(files.write('short', Buffer.from(text)))
    expect(calls.map(({ trace }) => trace.callId)).toEqual(['short'])
    expect(problems).toContainEqual(expect.stringContaining('1 message with lines that were left out or cut'))
  })

  it('keeps of a message without end no more than a message can be', async () => {
    const text =
      'Session Initiation Protocol (INVITE)\n    Request-Line: INVITE sip:b@192.0.2.1 SIP/2.0\n    Message Header\n' +
      '        Call-ID: endless\n        CSeq: 1 INVITE\n' +
      `        X-Filler: ${'x'.repeat(990)}\n`.repeat(1000)
    const { calls, problems } = await openCaptures(files.write('endless', Buffer.from(text)))
    expect(calls.map(({ trace }) => trace.callId)).toEqual(['endless'])
    expect(calls[0]!.trace.messageBytes).toBeGreaterThan(200_000)
    expect(calls[0]!.trace.messageBytes).toBeLessThan(270_000)
    expect(problems).toContainEqual(expect.stringContaining('1 message with lines that were left out or cut'))
  })

  it('without any message is no capture, and one that only speaks of messages has none', async () => {
    const text = 'the peer sent SIP/2.0 404 Not Found\nand we sent: INVITE sip:a@b SIP/2.0\nthen nothing\n'
    await expect(openCaptures(files.write('talk', Buffer.from(text)))).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('a text in which no SIP message stands'),
    })
  })
})
