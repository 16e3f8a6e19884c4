import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureThreads } from '../../../electron/engine/captures/capture-threads.ts'
import type { Contents } from '../../../electron/engine/captures/parts.ts'
import { Engine } from '../../../electron/engine/engine.ts'
import { inspectReportSchema, type CallReport } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { CaptureFiles, invites, pcapOf } from '../../harness/capture-files.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

const calls = files.write('calls.pcap', pcapOf(invites(1500)))
const large = files.write('large.pcap', pcapOf(invites(20_000)))
const text = files.write('text.pcap', Buffer.from('this is no capture'))

describe('opening a capture', () => {
  it('lets the loop of the engine go on, and gives the whole report', async () => {
    const engine = new Engine({ profile: null })
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const { id } = await engine.execute('capture.open', { files: [calls] })
    clearInterval(timer)
    const report = await engine.execute('capture.report', { id })
    await engine.close()
    expect(turns).toBeGreaterThan(5)
    expect(inspectReportSchema.parse(report)).toEqual(report)
    expect(report.calls.map(({ id }) => Number(id))).toEqual(Array.from({ length: 1500 }, (_, i) => i + 1))
    expect(report).toMatchObject({ files: [calls], packets: 1500, problems: [], damaged: false })
  })

  it('says what is wrong as if it were read here', async () => {
    const captures = new CaptureThreads()
    const read = (path: string) => captures.open([path], () => {}).read
    await expect(read(text)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('is not a pcap or pcapng capture'),
    })
    await expect(read(join(files.folder, 'absent.pcap'))).rejects.toMatchObject({
      kind: 'machine',
      message: expect.stringContaining('no such file'),
    })
    await expect(read(files.folder)).rejects.toMatchObject({
      kind: 'machine',
      message: expect.stringContaining('a file is needed'),
    })
    await captures.closeAll()
  })

  it('that needs too much memory gives what fits, or ends with a sentence, and the next is opened', async () => {
    const captures = new CaptureThreads(18)
    const outcome = await reading(captures, large)
    const why = `more of it needs more than`
    if ('error' in outcome) expect(outcome.error).toContain(`${large} needs more memory than 18 MB: open a part of it`)
    else {
      expect(outcome.contents.problems).toContainEqual(expect.stringContaining(why))
      expect(outcome.contents.damaged).toBe(true)
    }
    const small = await reading(captures, files.write('small.pcap', pcapOf(invites(2))))
    expect(small).toMatchObject({ contents: { calls: 2, problems: [], damaged: false } })
    await captures.closeAll()
  })

  it('is done for one at a time, in the order of asking', async () => {
    const captures = new CaptureThreads()
    const order: string[] = []
    const open = (path: string, name: string) =>
      captures
        .open([path], () => {})
        .read.then(
          () => order.push(name),
          () => order.push(name),
        )
    const last = files.write('last.pcap', pcapOf(invites(1)))
    await Promise.all([open(calls, 'first'), open(text, 'second'), open(last, 'third')])
    expect(order).toEqual(['first', 'second', 'third'])
    await captures.closeAll()
  })

  it('ends with the engine', async () => {
    const engine = new Engine({ profile: null })
    const reading = engine.execute('capture.open', { files: [large] })
    const waiting = engine.execute('capture.open', { files: [calls] })
    const outcomes = Promise.allSettled([reading, waiting])
    await engine.close()
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { kind: 'machine', message: expect.stringContaining('Ringback is ending') },
      })
  })

  it('shows the first calls before all is read, not judged yet, and keeps what was read when stopped', async () => {
    const captures = new CaptureThreads()
    const seen: (number | null)[] = []
    let last: Contents | null = null
    const thread = captures.open([large], (contents, reading) => {
      seen.push(reading)
      last = contents
    })
    // Both are heard when the first piece of the file has been read.
    const first = thread.ask({ ask: 'views', offset: 0, limit: 2 })
    thread.stop()
    await thread.read
    const views = JSON.parse(await first) as CallView[]
    expect(views.map(({ id }) => id)).toEqual(['1', '2'])
    expect(views[0]!.verdict).toMatchObject({ kind: 'unknown', sentence: expect.stringContaining('still being read') })
    expect(seen).toEqual([expect.any(Number), null])
    expect(last).toMatchObject({
      damaged: false,
      problems: [expect.stringMatching(/was read up to packet \d+ only: the reading was stopped$/)],
    })
    expect(last!.calls).toBeLessThan(20_000)
    const [report] = JSON.parse(await thread.ask({ ask: 'report', id: '1' })) as [CallReport]
    expect(report.verdict.sentence).not.toContain('still being read')
    await captures.closeAll()
  })
})

/** What is told at the end of the reading, or why there is nothing. */
async function reading(captures: CaptureThreads, path: string): Promise<{ contents: Contents } | { error: string }> {
  let last: Contents | null = null
  try {
    await captures.open([path], (contents) => (last = contents)).read
    return { contents: last! }
  } catch (error) {
    return { error: (error as Error).message }
  }
}
