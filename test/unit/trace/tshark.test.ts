import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  announcedOtherwise,
  expectSameStreams,
  figuresOf,
  ofCalls,
  recordedFigures,
  strangeCapture,
  writeStrangeCapture,
} from '../../harness/figures.ts'
import { captures } from '../../harness/fixtures.ts'

// What tshark counted is recorded: the interop run, where tshark is, sees that it still counts so.
const recorded = recordedFigures()
const folder = captures()

/** RTP streams with their packets, loss, jitter and deltas, and SIP messages by method. */
async function expectAsRecorded(name: string, file: string): Promise<void> {
  const theirs = recorded.captures[name]!
  const ours = await figuresOf(file)
  expect(expectSameStreams(ours.streams, theirs.streams)).toBe(announcedOtherwise[name] ?? 0)
  expect(ofCalls(ours.messages)).toEqual(ofCalls(theirs.messages))
  expect(ofCalls(ours.requests)).toEqual(ofCalls(theirs.requests))
}

describe(`figures equal those of tshark ${recorded.tshark}`, () => {
  it.skipIf(!folder).each(Object.keys(recorded.captures).filter((name) => name !== strangeCapture))('%s', (name) =>
    expectAsRecorded(name, join(folder!, name)),
  )

  it('loss, reordering, duplicates, pauses, comfort noise, DTMF and wraps', async () => {
    const own = mkdtempSync(join(tmpdir(), 'ringback-pcap-'))
    try {
      const file = join(own, 'strange.pcap')
      writeStrangeCapture(file, 12, 4)
      await expectAsRecorded(strangeCapture, file)
    } finally {
      rmSync(own, { recursive: true })
    }
  })
})
