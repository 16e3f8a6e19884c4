import type { ConnectionOptions } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { Engine } from '../../../electron/engine/engine.ts'
import { CaptureFiles, captureStartUs, pcapng } from '../../harness/capture-files.ts'
import { request } from '../../harness/messages.ts'
import { openCaptures } from '../../harness/opened.ts'
import { segmentsOf, tlsCapture, type Saying } from '../../harness/tls-capture.ts'
import { pcapFile } from '../../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
let n = 0

const message = (callId: string, method = 'INVITE') =>
  request({ callId, method, cseq: 1 }).replace('SIP/2.0/UDP', 'SIP/2.0/TLS')
const sayings: readonly Saying[] = [
  { fromClient: true, text: message('one') },
  { fromClient: false, text: message('two') },
  { fromClient: true, text: message('three', 'OPTIONS') },
]
const load = async (frames: readonly Buffer[], keylog: string | null) => {
  const paths = [files.write(`${n++}.pcap`, pcapFile(101, frames))]
  if (keylog !== null) paths.push(files.write(`${n++}.log`, Buffer.from(keylog)))
  return openCaptures(...paths)
}

const tls12 = (ciphers: string): ConnectionOptions => ({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers })
const kinds: readonly (readonly [string, ConnectionOptions])[] = [
  ['1.3', { minVersion: 'TLSv1.3' }],
  ['1.3 with ChaCha20', { minVersion: 'TLSv1.3', ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }],
  ['1.3 with AES-128', { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' }],
  ...[
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-RSA-AES128-SHA256',
    'ECDHE-RSA-AES256-SHA384',
    'ECDHE-RSA-AES128-SHA',
    'AES128-GCM-SHA256',
    'AES256-SHA',
    'AES128-CCM8:@SECLEVEL=0',
    'AES256-CCM',
  ].map((ciphers) => [`1.2 with ${ciphers}`, tls12(ciphers)] as const),
  ['1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'AES128-SHA:@SECLEVEL=0' }],
  ['1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ECDHE-RSA-AES256-SHA:@SECLEVEL=0' }],
]

describe('SIP over TLS', () => {
  it.each(kinds)('%s is read with the key log of its connection', async (_name, options) => {
    const { pieces, keylog } = await tlsCapture(sayings, options)
    const { calls, dialogs, problems, unread, packets, read, other } = await load(segmentsOf(pieces), keylog)
    expect(calls.map(({ trace }) => trace.callId)).toEqual(['one', 'two'])
    expect(dialogs.map(({ callId }) => callId)).toEqual(['three'])
    const [event] = calls[0]!.trace.messages.map(({ event: first }) => first)
    expect(event).toMatchObject({ transport: 'tls', destination: { port: 5061 } })
    expect(Buffer.from(event!.bytes).toString()).toBe(sayings[0]!.text)
    expect({ problems, unread, packets: read + other }).toEqual({ problems: [], unread: [], packets })
  })

  it('without keys is not read, and every packet of it is counted', async () => {
    const { pieces } = await tlsCapture(sayings)
    const { calls, problems, unread, packets, read, other } = await load(segmentsOf(pieces), null)
    expect(calls).toEqual([])
    expect(unread).toEqual([{ reason: 'TLS connections whose keys are not known', packets: pieces.length + 2 }])
    expect(read + other + unread[0]!.packets).toBe(packets)
    expect(problems).toEqual([expect.stringContaining('1 TLS connection cannot be read without their keys')])
  })

  it('with the keys of another connection is not read either', async () => {
    const [one, other] = [await tlsCapture(sayings), await tlsCapture(sayings)]
    const { calls, unread } = await load(segmentsOf(one.pieces), other.keylog)
    expect(calls).toEqual([])
    expect(unread).toEqual([expect.objectContaining({ reason: 'TLS connections whose keys are not known' })])
  })

  it('with a secret that is not the right one says that it does not open it', async () => {
    const { pieces, keylog } = await tlsCapture(sayings)
    const { calls, unread } = await load(segmentsOf(pieces), keylog.replaceAll(/[0-9a-f]{8}$/gm, '00000000'))
    expect(calls).toEqual([])
    expect(unread.map(({ reason }) => reason)).toContain('TLS that the keys of its connection do not open')
  })

  it('is read where the secrets come after the packets', async () => {
    const { pieces, keylog } = await tlsCapture(sayings)
    const at = BigInt(captureStartUs)
    const path = files.write(
      'late.pcapng',
      pcapng.section(),
      pcapng.interface(101),
      ...segmentsOf(pieces).map((frame, i) => pcapng.packet(at + BigInt(i), frame)),
      pcapng.secrets(keylog),
    )
    const { calls, unread } = await openCaptures(path)
    expect(calls.map(({ trace }) => trace.callId).sort()).toEqual(['one', 'two'])
    expect(calls[0]!.trace.messages[0]!.event.at).toBeLessThan(captureStartUs + pieces.length + 2)
    expect(unread).toEqual([])
  })

  it.each([
    ['1.3', { minVersion: 'TLSv1.3' } as const],
    ['1.2', tls12('ECDHE-RSA-AES128-GCM-SHA256')],
  ])('%s goes on behind a segment that is missing', async (_name, options) => {
    const said = ['one', 'two', 'three'].map((callId) => ({ fromClient: true, text: message(callId) }))
    const { pieces, keylog } = await tlsCapture(said, options)
    const second = pieces.findLastIndex(({ fromClient }) => fromClient) - 1
    const { calls } = await load(segmentsOf(pieces, [second]), keylog)
    expect(calls.map(({ trace }) => trace.callId)).toEqual(['one', 'three'])
  })

  it('shows and exports no secret of the key log', async () => {
    const { pieces, keylog } = await tlsCapture(sayings)
    const capture = files.write('secret.pcap', pcapFile(101, segmentsOf(pieces)))
    const log = files.write('secret.log', Buffer.from(keylog))
    const engine = new Engine({ profile: null })
    const { id } = await engine.execute('capture.open', { files: [capture], keylog: log })
    const report = await engine.execute('capture.report', { id })
    const { base64 } = await engine.execute('call.export', { id: `${id}.1`, format: 'pcap' })
    await engine.close()
    const pcap = Buffer.from(base64, 'base64')
    const secrets = [...keylog.matchAll(/[0-9a-f]{96}$/gm)].map(([secret]) => secret)
    expect(secrets.length).toBeGreaterThan(3)
    expect(report.calls.map(({ callId }) => callId)).toEqual(['one', 'two'])
    expect(pcap.toString('latin1')).toContain('Call-ID: one')
    for (const secret of secrets) {
      expect(JSON.stringify(report).includes(secret)).toBe(false)
      expect(pcap.includes(Buffer.from(secret, 'hex'))).toBe(false)
    }
  })

  it('of a page that is no SIP is neither SIP nor unread', async () => {
    const said = [{ fromClient: true, text: 'GET / HTTP/1.1\r\nHost: example.com\r\n\r\n' }]
    const { pieces, keylog } = await tlsCapture(said)
    const { unread, read } = await load(segmentsOf(pieces), keylog)
    expect(read).toBe(0)
    expect(unread).toEqual([])
  })
})

describe('a key log', () => {
  it('that is none, or is alone, is said to be so', async () => {
    const engine = new Engine({ profile: null })
    const capture = files.write('plain.pcap', pcapFile(101, []))
    const none = files.write('none.log', Buffer.from('no secrets here\n'))
    const opened = engine.execute('capture.open', { files: [capture], keylog: none })
    await expect(opened).rejects.toMatchObject({ message: expect.stringContaining('is no key log of TLS') })
    const { keylog } = await tlsCapture(sayings)
    const alone = files.write('alone.log', Buffer.from(`# made by a test\n${keylog}`))
    await expect(engine.execute('capture.open', { files: [alone] })).rejects.toMatchObject({
      message: expect.stringContaining('open it along with its capture'),
    })
    await engine.close()
  })
})

describe('SIP over a WebSocket over TLS', () => {
  it('is read as from a WebSocket', async () => {
    const upgrade = 'GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
    const text = message('one').replace('SIP/2.0/TLS', 'SIP/2.0/WSS')
    const frame = Buffer.concat([Buffer.from([0x81, 126, text.length >> 8, text.length & 255]), Buffer.from(text)])
    const { pieces, keylog } = await tlsCapture([
      { fromClient: true, text: upgrade },
      { fromClient: true, text: frame.toString('latin1') },
    ])
    const { calls } = await load(segmentsOf(pieces), keylog)
    const { transport } = reportOf(calls[0]!, 0, null)
    expect(transport).toBe('wss')
  })
})
