import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeText } from '../../../shared/base/text.ts'
import { compareMessages } from '../../../shared/wire/sip/compare.ts'
import type { SipMessage } from '../../../shared/wire/sip/message.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { headerMeaning, messageMeaning } from '../../../shared/words/meaning.ts'
import { torture } from '../../harness/fixtures.ts'

const read = (text: string) => parseSip(encodeText(text.replaceAll('\n', '\r\n'))) as SipMessage
const response = (status: number) =>
  read(
    `SIP/2.0 ${status} Any\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:a@h>;tag=1\nTo: <sip:b@h>\n` +
      'Call-ID: c\nCSeq: 1 INVITE\nContent-Length: 0\n\n',
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
    expect(headerMeaning('X-Anything-Else')).toBeNull()
  })

  it('has a sentence for every status from 100 to 699 and for methods nobody knows', () => {
    for (let status = 100; status < 700; status++) expect(messageMeaning(response(status)).text).toMatch(/^[A-Z].*\.$/)
    const odd = read(
      'NEWTHING sip:a SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:a@h>;tag=1\nTo: <sip:b@h>\n' +
        'Call-ID: c\nCSeq: 1 NEWTHING\n\n',
    )
    expect(messageMeaning(odd).text).toMatch(/not standardised/)
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
