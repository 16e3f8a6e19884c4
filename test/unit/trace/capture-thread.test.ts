import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureThreads } from '../../../electron/engine/captures/capture-threads.ts'
import { Engine } from '../../../electron/engine/engine.ts'
import { inspectReportSchema } from '../../../shared/contract/report.ts'
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
    await expect(captures.report([text])).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('is not a pcap or pcapng capture'),
    })
    await expect(captures.report([join(files.folder, 'absent.pcap')])).rejects.toMatchObject({
      kind: 'machine',
      message: expect.stringContaining('no such file'),
    })
    await expect(captures.report([files.folder])).rejects.toMatchObject({
      kind: 'machine',
      message: expect.stringContaining('a file is needed'),
    })
    await captures.close()
  })

  it('that needs more memory than it may have ends with a sentence, and the next is opened', async () => {
    const captures = new CaptureThreads(24)
    await expect(captures.report([large])).rejects.toMatchObject({
      kind: 'machine',
      message: `${large} needs more memory than 24 MB: open a part of it (editcap -c 100000 cuts it into pieces)`,
    })
    expect((await captures.report([files.write('small.pcap', pcapOf(invites(2)))])).calls).toHaveLength(2)
    await captures.close()
  })

  it('is done for one at a time, in the order of asking', async () => {
    const captures = new CaptureThreads()
    const order: string[] = []
    await Promise.all([
      captures.report([calls]).then(() => order.push('first')),
      captures.report([text]).catch(() => order.push('second')),
      captures.report([files.write('last.pcap', pcapOf(invites(1)))]).then(() => order.push('third')),
    ])
    expect(order).toEqual(['first', 'second', 'third'])
    await captures.close()
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
})
