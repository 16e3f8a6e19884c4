import { describe, expect, it } from 'vitest'
import { parseSip } from '../../../shared/wire/sip/parse.ts'

const read = (bytes: Uint8Array | string) => parseSip(Buffer.from(bytes as string))

describe('bytes that are no SIP message', () => {
  it.each([
    ['hello', 'hello'],
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'GET / HTTP/1.1'],
    ['\r\n\r\nOPTIONS * RTSP/1.0\r\n\r\n', 'OPTIONS * RTSP/1.0'],
    ['no\r\nINVITE sip:a SIP/2.0\r\n\r\n', 'no'],
    ['////\nSIP/2.0 200 OK\r\n\r\n', '////'],
    [new Uint8Array(4).fill(0xff), 'ÿÿÿÿ'],
    [Buffer.from('déjà\r\n'), 'déjà'],
    [new Uint8Array(0), ''],
  ])('are said to begin as they do: %j', (bytes, begin) => {
    const message = read(bytes)
    expect(message.kind === 'unreadable' && message.text).toBe(`not a SIP message: it begins "${begin}"`)
  })

  it.each([
    ['sip/2.0 200 OK\r\n\r\n', 'response'],
    ['\r\n\r\nSIP/2.0 200 OK\r\n\r\n', 'response'],
    ['A/B sip:a@b SIP/2.0\r\n\r\n', 'request'],
    ['INVITE sip:a/SIP/b SIP/2.0\n\n', 'request'],
    ['INVITE sip:a SIP/2.0', 'request'],
  ])('are not those whose first line names SIP: %j', (bytes, kind) => expect(read(bytes).kind).toBe(kind))
})
