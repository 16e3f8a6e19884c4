import { afterAll, describe, expect, it } from 'vitest'
import type { InspectReport } from '../../shared/contract/report.ts'
import { CaptureFiles } from '../harness/capture-files.ts'
import { findPeer } from '../harness/install-peers.ts'
import { request } from '../harness/messages.ts'
import { ringback } from '../harness/process.ts'
import { segmentsOf, tlsCapture } from '../harness/tls-capture.ts'
import { tsharkField } from '../harness/tshark.ts'
import { pcapFile } from '../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

describe.skipIf(!findPeer('tshark'))('TLS with a key log', () => {
  it.each([
    ['1.3', { minVersion: 'TLSv1.3' } as const],
    ['1.2', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } as const],
    ['1.2 in CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' } as const],
  ])('%s opens to the same messages as in tshark', async (name, options) => {
    const said = ['one', 'two', 'three'].map((callId, i) => ({ fromClient: i !== 1, text: request({ callId }) }))
    const { pieces, keylog } = await tlsCapture(said, options)
    const file = files.write(`${name}.pcap`, pcapFile(101, segmentsOf(pieces)))
    const keys = files.write(`${name}.log`, Buffer.from(keylog))
    const theirs = tsharkField(file, 'sip', 'sip.Call-ID', ['-o', `tls.keylog_file:${keys}`])
    const { stdout } = await ringback(['inspect', file, '--keylog', keys, '--json']).finished
    const ours = (JSON.parse(stdout) as InspectReport).calls.map(({ callId }) => callId)
    expect(ours).toEqual(theirs)
    expect(theirs).toEqual(['one', 'two', 'three'])
  })
})
