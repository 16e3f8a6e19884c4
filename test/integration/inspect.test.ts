import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { captureLineSchema } from '../../shared/contract/captures.ts'
import { inspectReportSchema } from '../../shared/contract/report.ts'
import { invites, pcapOf } from '../harness/capture-files.ts'
import { captures } from '../harness/fixtures.ts'
import { ringback } from '../harness/process.ts'

let folder = ''
const recorded = captures()
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'ringback-inspect-'))))
afterAll(() => rmSync(folder, { recursive: true }))
const run = (args: readonly string[]) => ringback(args, { RINGBACK_PROFILE: join(folder, 'profile') }).finished

describe('inspect', () => {
  it('writes the packets of one call as a capture, and a page of that call only', async () => {
    const [whole, one, page] = ['whole.pcap', 'one.pcap', 'one.html'].map((name) => join(folder, name)) as string[]
    writeFileSync(whole!, pcapOf(invites(3)))
    const args = ['inspect', whole!, '--call', 'call-1', '--pcap', one!, '--report', page!, '--json']
    const { calls } = inspectReportSchema.parse(JSON.parse((await run(args)).stdout))
    expect(calls.map(({ id, callId }) => [id, callId])).toEqual([['2', 'call-1']])
    const again = inspectReportSchema.parse(JSON.parse((await run(['inspect', one!, '--json'])).stdout))
    expect(again.calls).toEqual([{ ...calls[0], id: '1' }])
    const shown = readFileSync(page!, 'utf8')
    expect([shown.includes('call-1'), shown.includes('call-2')]).toEqual([true, false])
  })

  it.skipIf(!recorded)(
    'shows of one call nothing else, its other leg by number, and the same stream alike',
    async () => {
      const legs = ['6', '7'].map(async (call) => {
        const { stdout } = await run(['inspect', join(recorded!, 'b2bua-asterisk.pcapng'), '--call', call])
        expect(stdout).not.toMatch(/^(?:Registration|PUBLISH|SUBSCRIBE) /m)
        expect(stdout).toContain('One-way audio: only 1 packet went to 172.16.98.145:8000')
        return /^likely leg: call (\S+):/m.exec(stdout)?.[1]
      })
      expect(await Promise.all(legs)).toEqual(['7', '6'])
    },
  )

  it.skipIf(!recorded)('shows a refused registration with its ladder and finding, and ends with 1', async () => {
    const file = join(recorded!, 'sip-auth-failure.pcapng')
    const { code, stdout } = await run(['inspect', file])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Registration of sip:telephone1@\S+ at \S+: 403 Forbidden$/m)
    expect(stdout).toMatch(/──▶ REGISTER .*\n.*◀── SIP\/2\.0 401 Unauthorized/)
    expect(stdout).toMatch(
      /✕ fault: The registrar refused the registration with 403 Forbidden, in spite of credentials/,
    )
    expect(stdout).toMatch(/evidence: messages 3–4/)
    const { registrations } = inspectReportSchema.parse(JSON.parse((await run(['inspect', file, '--json'])).stdout))
    expect(registrations[0]!.findings).toMatchObject([{ rule: 'registration-refused', severity: 'fault' }])
  })

  it('lists a line for each call, for a program an object each, and ends as the diagnosis does', async () => {
    const file = join(folder, 'list.pcap')
    writeFileSync(file, pcapOf([...invites(2), { method: 'OPTIONS', callId: 'ping', branch: 'z9hG4bKping' }]))
    const { code, stdout } = await run(['inspect', file, '--list'])
    expect(stdout.split('\n').map((line) => line.slice(0, 8))).toEqual([
      'call 1  ',
      'call 2  ',
      'dialog 3',
      '3 packet',
      '',
    ])
    const whole = await run(['inspect', file, '--json'])
    expect(code).toBe(whole.code)
    const lines = (await run(['inspect', file, '--list', '--json'])).stdout.trim().split('\n')
    const [first, , third, end] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(captureLineSchema.parse(first)).toMatchObject({ type: 'call', callId: 'call-0' })
    expect(third).toMatchObject({ type: 'dialog', method: 'OPTIONS', callId: 'ping' })
    expect(end).toEqual({
      type: 'end',
      files: [file],
      calls: 2,
      registrations: 0,
      dialogs: 1,
      unmatchedStreams: 0,
      problems: [],
      packets: 3,
      unread: [],
      other: [],
      damaged: false,
    })
    for (const other of ['--call', '--pcap', '--report'])
      expect((await run(['inspect', file, '--list', other, '1'])).code).toBe(2)
  })

  it('prints a document as large as the capture a page at a time, and each report once', async () => {
    const file = join(folder, 'large.pcap')
    writeFileSync(file, pcapOf(invites(700)))
    const { stdout } = await run(['inspect', file, '--json'])
    const { calls, packets } = inspectReportSchema.parse(JSON.parse(stdout))
    expect(packets).toBe(700)
    expect(calls.map(({ id }) => Number(id))).toEqual(Array.from({ length: 700 }, (_, i) => i + 1))
    expect(stdout.length).toBeGreaterThan(1_000_000)
  })
})
