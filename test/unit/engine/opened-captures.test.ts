import { appendFileSync, renameSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Engine } from '../../../electron/engine/engine.ts'
import { captureLineSchema, type CapturePage } from '../../../shared/contract/captures.ts'
import { callReportSchema } from '../../../shared/contract/report.ts'
import type { Change } from '../../../shared/contract/state.ts'
import { callViewSchema } from '../../../shared/contract/views.ts'
import { PcapEncoder } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { request, sdp } from '../../harness/messages.ts'
import { CaptureFiles, captureStartUs, invites, pcapOf } from '../../harness/capture-files.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

let engine: Engine
beforeEach(() => void (engine = new Engine({ profile: null, attended: true })))
afterEach(() => engine.close())

let made = 0
const capture = (calls: number) => files.write(`capture ${++made}.pcap`, pcapOf(invites(calls)))
const open = async (path: string) => {
  const { id } = await engine.execute('capture.open', { files: [path] })
  return { id, calls: await engine.execute('capture.calls', { id }) }
}

/** What a window that watches those calls is told. */
function watch(ids: string[]) {
  const heard: Change[] = []
  const subscription = engine.subscribe({ reports: 'watched' }, ({ changes }) => void heard.push(...changes))
  subscription.watch(ids)
  return {
    heard,
    of: <Kind extends Change['kind']>(kind: Kind) =>
      heard.filter((change): change is Extract<Change, { kind: Kind }> => change.kind === kind),
  }
}

describe('a call of an opened capture', () => {
  it('has an id of its own, by which it is reported like any other', async () => {
    const [first, second] = [await open(capture(2)), await open(capture(2))]
    const ids = [...first.calls, ...second.calls].map(({ id }) => id)
    expect(new Set(ids).size).toBe(4)
    for (const view of first.calls)
      expect(callViewSchema.parse(view)).toMatchObject({ capture: first.id, state: 'ended' })
    const report = await engine.execute('call.report', { id: ids[3]! })
    expect(callReportSchema.parse(report)).toEqual(report)
    expect(report).toMatchObject({ id: ids[3], callId: 'call-1', direction: 'observed' })
  })

  it('is watched like any other: its row and its report come, and go with the capture', async () => {
    const { id, calls } = await open(capture(3))
    const seen = watch([calls[1]!.id])
    await expect.poll(() => seen.of('report')).toHaveLength(1)
    expect(seen.of('capture').at(-1)).toMatchObject({ capture: { id, calls: 3, packets: 3 } })
    expect(seen.of('call')).toMatchObject([{ call: { id: calls[1]!.id, capture: id } }])
    expect(seen.of('report')).toMatchObject([{ ended: true, from: 0, report: { id: calls[1]!.id } }])
    await engine.execute('capture.close', { id })
    await expect.poll(() => seen.of('gone')).toHaveLength(2)
    expect(seen.of('gone')).toEqual([
      { kind: 'gone', of: 'call', id: calls[1]!.id },
      { kind: 'gone', of: 'capture', id },
    ])
  })

  it('that is not answered in it is said to be so as far as it was seen, and not to be answered later', async () => {
    const { calls } = await open(capture(1))
    const { verdict, outcome } = await engine.execute('call.report', { id: calls[0]!.id })
    expect(outcome).toBe('in-progress')
    expect(verdict.sentence).toBe('Not answered as far as this was seen: what came of it is unknown.')
  })

  it('is in nobody else’s state', async () => {
    const { calls } = await open(capture(3))
    const all = watch([])
    await expect.poll(() => all.of('capture')).toHaveLength(1)
    expect(all.of('call')).toEqual([])
    expect(calls).toHaveLength(3)
  })

  it('is saved as JSON and HTML, and as a capture of its own packets only', async () => {
    const { calls } = await open(capture(3))
    const save = async (format: 'json' | 'html' | 'pcap') => {
      const { base64, note } = await engine.execute('call.export', { id: calls[2]!.id, format })
      expect(note).toBeNull()
      return Buffer.from(base64, 'base64')
    }
    expect(JSON.parse(String(await save('json')))).toEqual(await engine.execute('call.report', { id: calls[2]!.id }))
    expect(String(await save('html'))).toContain('<h1')
    const again = await open(files.write('one call.pcap', await save('pcap')))
    expect(again.calls).toHaveLength(1)
    const [before, after] = await Promise.all(
      [calls[2]!.id, again.calls[0]!.id].map((id) => engine.execute('call.report', { id })),
    )
    expect(after).toEqual({ ...before, id: after!.id })
  })

  it('is saved with the packets of its own streams, and of no other', async () => {
    const encoder = new PcapEncoder()
    const [theirs, ours] = ['192.0.2.99', '192.0.2.1']
    const media = [30_000, 30_010].flatMap((port, call) =>
      Array.from({ length: 20 }, (_, n) => {
        const packet = new Uint8Array(rtpHeaderBytes + 160).fill(0x20)
        writeRtpHeader(packet, 0, n === 0, n, n * 160, call + 1)
        return encoder.udp(captureStartUs + n * 20_000, { host: ours, port: 20_000 }, { host: theirs, port }, packet)
      }),
    )
    const announcing = invites(2).map((call, i) => ({ ...call, body: sdp(theirs, 30_000 + i * 10) }))
    const whole = await open(files.write('media.pcap', pcapOf(announcing), ...media))
    const { base64 } = await engine.execute('call.export', { id: whole.calls[1]!.id, format: 'pcap' })
    const one = await open(files.write('media of one.pcap', Buffer.from(base64, 'base64')))
    const { streams, messages } = await engine.execute('call.report', { id: one.calls[0]!.id })
    expect(streams.map(({ ssrc, packets }) => [ssrc, packets])).toEqual([['0x00000002', 20]])
    expect(messages).toHaveLength(1)
    expect(await engine.execute('capture.report', { id: one.id })).toMatchObject({ packets: 21, unmatchedStreams: [] })
  })

  it('is over: nothing else can be done with it, and that is said', async () => {
    const { calls } = await open(capture(1))
    const { id } = calls[0]!
    await expect(engine.execute('call.hangUp', { id })).rejects.toThrow('was seen in a capture')
    await expect(engine.execute('call.export', { id, format: 'wav' })).rejects.toThrow('was not recorded')
  })

  it('cannot be saved as packets from a file that has changed since', async () => {
    const path = capture(1)
    const { calls } = await open(path)
    const saved = () => engine.execute('call.export', { id: calls[0]!.id, format: 'pcap' })
    appendFileSync(path, 'x')
    await expect(saved()).rejects.toThrow(`${path} is not what it was when it was opened`)
    renameSync(path, `${path}.moved`)
    await expect(saved()).rejects.toThrow(`${path} is not what it was when it was opened`)
  })
})

describe('a note on a call', () => {
  it('stands in its report, is masked where it has a secret, and goes when it is emptied', async () => {
    const { calls } = await open(capture(1))
    const { id } = calls[0]!
    const note = async (text: string) => {
      await engine.execute('call.note', { id, text })
      return (await engine.execute('call.report', { id })).note
    }
    expect(await note('seen at the customer')).toBe('seen at the customer')
    expect(await note('sip:me:hunter2@example.org')).not.toContain('hunter2')
    expect(await note('  ')).toBeUndefined()
    await expect(engine.execute('call.note', { id: 'nobody', text: 'x' })).rejects.toThrow('there is no call')
  })
})

describe('an opened capture', () => {
  it('is forgotten with its calls when it is closed', async () => {
    const { id, calls } = await open(capture(1))
    await engine.execute('capture.close', { id })
    await expect(engine.execute('call.report', { id: calls[0]!.id })).rejects.toThrow('there is no call')
    for (const name of ['capture.close', 'capture.report', 'capture.calls'] as const)
      await expect(engine.execute(name, { id })).rejects.toThrow(`there is no open capture "${id}"`)
  })

  it('makes room: of more than eight the first is closed', async () => {
    const opened = []
    for (let i = 0; i < 9; i++) opened.push(await open(capture(1)))
    await expect(engine.execute('capture.report', { id: opened[0]!.id })).rejects.toThrow('there is no open capture')
    expect(
      watch([])
        .of('capture')
        .map(({ capture: { id } }) => id),
    ).toEqual(opened.slice(1).map(({ id }) => id))
  })

  it('gives its calls a page at a time', async () => {
    const { id, calls } = await open(capture(25))
    expect(await engine.execute('capture.calls', { id, offset: 10, limit: 5 })).toEqual(calls.slice(10, 15))
    expect(await engine.execute('capture.calls', { id, offset: 25 })).toEqual([])
  })

  it('is opened without waiting: its view says how far it is, then that all is read', async () => {
    const path = capture(40)
    const { id, reading } = await engine.execute('capture.open', { files: [path], wait: false })
    const seen = watch([])
    await expect.poll(() => seen.of('capture').at(-1)?.capture).toMatchObject({ id, calls: 40, reading: null })
    expect(reading === null || (reading >= 0 && reading <= 1)).toBe(true)
  })

  it.each([
    ['as it is', (bytes: Buffer) => bytes],
    ['packed', gzipSync],
  ])('is read while the file is still handed over, %s, and others do not wait for it', async (name, pack) => {
    const bytes = pack(pcapOf(invites(60)))
    const cut = Math.floor(bytes.length / 2)
    const path = files.write(`growing ${name}.pcap`, bytes.subarray(0, cut))
    const opening = engine.execute('capture.open', { files: [path], wait: false, growing: true })
    expect((await open(capture(1))).calls).toHaveLength(1)
    const seen = watch([])
    const growing = () => seen.of('capture').findLast(({ capture: { files } }) => files[0] === path)?.capture
    if (name === 'as it is') {
      const { id } = await opening
      const first = await engine.execute('capture.calls', { id })
      expect(first.length).toBeGreaterThan(10)
      expect(first.length).toBeLessThan(60)
      appendFileSync(path, bytes.subarray(cut, cut + 5000))
      await engine.execute('capture.grown', { id, whole: false })
      await expect
        .poll(async () => (await engine.execute('capture.calls', { id })).length)
        .toBeGreaterThan(first.length)
      appendFileSync(path, bytes.subarray(cut + 5000))
      await engine.execute('capture.grown', { id, whole: true })
    } else {
      appendFileSync(path, bytes.subarray(cut))
      await expect.poll(growing).toBeDefined()
      await engine.execute('capture.grown', { id: growing()!.id, whole: true })
    }
    await expect.poll(growing).toMatchObject({ calls: 60, packets: 60, reading: null, damaged: false, problems: [] })
    const { id } = await opening
    const { base64 } = await engine.execute('call.export', { id: `${id}.60`, format: 'pcap' })
    expect(Buffer.from(base64, 'base64').toString('latin1')).toContain('Call-ID: call-59')
  })

  it('that is stopped while its file is still handed over shows what came', async () => {
    const bytes = pcapOf(invites(60))
    const path = files.write('half.pcap', bytes.subarray(0, bytes.length / 2))
    const { id } = await engine.execute('capture.open', { files: [path], wait: false, growing: true })
    const seen = watch([])
    await engine.execute('capture.stop', { id })
    await expect.poll(() => seen.of('capture').at(-1)?.capture).toMatchObject({ reading: null, damaged: false })
    const { calls, problems } = seen.of('capture').at(-1)!.capture
    expect(calls).toBeGreaterThan(10)
    expect(problems).toEqual([expect.stringMatching(/was read up to packet \d+ only: the reading was stopped$/)])
  })

  it('that may be a text is there before a message of it is, so that more of it can be handed over', async () => {
    const path = files.write('growing.log', Buffer.from('nothing yet\n'))
    const { id } = await engine.execute('capture.open', { files: [path], wait: false, growing: true })
    const seen = watch([])
    appendFileSync(path, request({}))
    await engine.execute('capture.grown', { id, whole: true })
    await expect.poll(() => seen.of('capture').at(-1)?.capture).toMatchObject({ calls: 1, reading: null })
  })

  it('whose reading fails at once is not there, however it was opened', async () => {
    const path = files.write('none.pcap', Buffer.from('this is no capture'))
    for (const wait of [true, false])
      await expect(engine.execute('capture.open', { files: [path], wait })).rejects.toThrow('is not a pcap or pcapng')
    expect(watch([]).of('capture')).toEqual([])
  })

  it('gives its reports as pages of JSON lines that together are the report', async () => {
    const { id } = await open(capture(500))
    const report = await engine.execute('capture.report', { id })
    const calls: unknown[] = []
    let [pages, next]: [number, number | null] = [0, 0]
    while (next !== null) {
      const page: CapturePage = await engine.execute('capture.page', { id, of: 'calls', offset: next })
      for (const line of page.text.split(',\n')) calls.push(JSON.parse(line))
      pages++
      next = page.next
    }
    expect(pages).toBeGreaterThan(1)
    expect(calls).toEqual(report.calls)
    const none = await engine.execute('capture.page', { id, of: 'registrations' })
    expect(none).toEqual({ text: '', next: null, fault: false })
  })

  it('is listed: a line for each thing in it, without its messages', async () => {
    const encoder = new PcapEncoder()
    const media = Array.from({ length: 20 }, (_, n) => {
      const packet = new Uint8Array(rtpHeaderBytes + 160).fill(0x20)
      writeRtpHeader(packet, 0, n === 0, n, n * 160, 7)
      const [source, destination] = [
        { host: '192.0.2.7', port: 4000 },
        { host: '192.0.2.8', port: 5000 },
      ]
      return encoder.udp(captureStartUs + n * 20_000, source, destination, packet)
    })
    const messages = ['INVITE', 'REGISTER', 'OPTIONS'].map((method) => ({
      method,
      callId: method,
      branch: `z9hG4bK${method}`,
    }))
    const { id } = await open(files.write('all kinds.pcap', pcapOf(messages), ...media))
    const lines = await engine.execute('capture.list', { id })
    for (const line of lines) expect(captureLineSchema.parse(line)).toEqual(line)
    expect(lines.map(({ type, method, codec, packets }) => [type, method, codec, packets])).toEqual([
      ['call', 'INVITE', null, null],
      ['registration', 'REGISTER', null, null],
      ['dialog', 'OPTIONS', null, null],
      ['stream', null, 'PCMU', 20],
    ])
    const { calls } = await engine.execute('capture.report', { id })
    expect(lines[0]).toMatchObject({ verdict: calls[0]!.verdict, outcome: calls[0]!.outcome, callId: 'INVITE' })
    expect(lines[0]!.finding?.sentence).toBe(calls[0]!.findings[0]?.sentence)
    expect(await engine.execute('capture.list', { id, offset: 1, limit: 2 })).toEqual(lines.slice(1, 3))
  })

  it('joins the legs of a call for who asks for them, by ids that open them', async () => {
    const calls = invites(3).map((call, i) => (i === 1 ? { ...call, extra: 'X-CID: call-0\n' } : call))
    const { id } = await open(files.write('legs.pcap', pcapOf(calls)))
    const lines = await engine.execute('capture.list', { id, legs: true })
    expect(lines.map(({ legs: others }) => others)).toEqual([['2'], ['1'], undefined])
    expect((await engine.execute('capture.list', { id })).every(({ legs: others }) => others === undefined)).toBe(true)
    const { related } = await engine.execute('call.report', { id: `${id}.1` })
    expect(related!.map(({ call, certainty }) => [call, certainty])).toEqual([[`${id}.2`, 'certain']])
    expect((await engine.execute('call.report', { id: related![0]!.call })).callId).toBe('call-1')
  })

  it('finds its calls by their numbers and Call-IDs, and names some where there is none', async () => {
    const { id } = await open(capture(12))
    const find = (call: string) => engine.execute('capture.find', { id, call })
    expect((await find('3')).found).toEqual([{ id: '3', callId: 'call-2' }])
    expect((await find('call-2')).found).toEqual([{ id: '3', callId: 'call-2' }])
    const { found, total, first } = await find('nobody')
    expect([found, total, first.length]).toEqual([[], 12, 10])
  })

  it('has no call with a number that it does not have', async () => {
    const { id } = await open(capture(1))
    await expect(engine.execute('call.report', { id: `${id}.2` })).rejects.toThrow('there is no call 2 in the capture')
    await expect(engine.execute('call.report', { id: `${id}.x` })).rejects.toThrow('there is no call')
    const seen = watch([`${id}.2`])
    await expect.poll(() => seen.of('capture')).toHaveLength(1)
    expect(seen.of('call')).toEqual([])
  })
})
