import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { InspectReport } from '../../shared/contract/report.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { callReport, ringback } from '../harness/process.ts'
import { refusing, startSipp } from '../harness/sipp.ts'

const keep = keepRunning('SIGKILL')
const folder = mkdtempSync(join(tmpdir(), 'ringback-refusals-'))
afterAll(() => rmSync(folder, { recursive: true }))
const dial = (port: number, ...args: string[]) => ['call', `sip:1001@127.0.0.1:${port}`, '--duration', '2', ...args]

describe.skipIf(!findPeer('sipp'))('a refusal by SIPp', () => {
  it('reads the words of a provider, with their source and date, in the call and in the capture of it', async () => {
    const sipp = await keep(startSipp({ text: refusing('503 Nope', { extra: 'X-Twilio-Error: 32208 SRTP required' }) }))
    const pcap = join(folder, 'words.pcap')
    const { report } = await callReport([...dial(sipp.port), '--pcap', pcap])
    expect(report).toMatchObject({
      refusedBy: 'media',
      findings: [
        { change: { what: 'encryption', to: 'required' }, source: { asOf: expect.stringMatching(/^20\d\d/) } },
      ],
    })
    const { stdout } = await ringback(['inspect', pcap, '--json']).finished
    const [captured] = (JSON.parse(stdout) as InspectReport).calls
    expect(captured!.refusedBy).toBe('media')
    expect(captured!.findings[0]!.source).toEqual(report.findings[0]!.source)
  })
})
