import { describe, expect, it } from 'vitest'
import { publicAddress } from '../../../shared/shown/seen-as.ts'
import { inside } from '../../harness/shown-calls.ts'

const answer = (second: number, ...vias: readonly string[]) => ({
  ...inside('REGISTER', 1, second, null),
  startLine: 'SIP/2.0 200 OK',
  source: '198.51.100.1:5060',
  raw: `SIP/2.0 200 OK\r\n${vias.map((via) => `Via: ${via}\r\n`).join('')}Call-ID: a\r\nCSeq: 1 REGISTER\r\n\r\n`,
})
const via = (params: string) => `SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1${params}`

describe('the public address of this computer', () => {
  it('is what the newest response says in our Via, and who says so', () => {
    const messages = [
      answer(1, via(';received=203.0.113.7;rport=1024')),
      answer(2, via(';received=203.0.113.8;rport=7')),
    ]
    expect(publicAddress(messages)).toEqual({ address: '203.0.113.8:7', by: '198.51.100.1:5060' })
    expect(publicAddress(messages.slice(0, 1))!.address).toBe('203.0.113.7:1024')
    expect(publicAddress([answer(1, via(';received=2001:db8::7;rport=9'))])!.address).toBe('[2001:db8::7]:9')
    for (const rport of ['', ';rport', ';rport=x', ';rport=70000', ';rport=0x50', ';rport=1e3'])
      expect(publicAddress([answer(1, via(`;received=203.0.113.7${rport}`))])!.address).toBe('203.0.113.7')
  })

  it.each([
    ['nobody says one', via(';rport=5060')],
    ['it is an address of a network behind a router', via(';received=192.168.1.4;rport=5060')],
    ['it is of this computer only', via(';received=127.0.0.1;rport=5060')],
    ['it is no address', via(';received=evil.example;rport=5060')],
  ])('is unknown where %s', (_, text) => {
    expect(publicAddress([answer(1, text)])).toBeNull()
  })

  it('is not read from a response that others passed on, from a request, or from what is no SIP', () => {
    const text = via(';received=203.0.113.7;rport=1024')
    expect(publicAddress([answer(1, text, text)])).toBeNull()
    expect(publicAddress([{ ...answer(1, text), startLine: 'REGISTER sip:h SIP/2.0' }])).toBeNull()
    expect(publicAddress([{ ...answer(1, text), raw: 'SIP/2.0 \u0000' }])).toBeNull()
    expect(publicAddress([])).toBeNull()
  })
})
