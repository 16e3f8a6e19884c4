import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  captureFiles,
  compareStreams,
  figuresOf,
  messagesOtherwise,
  ofCalls,
  recordedFigures,
  strangeCapture,
  streamsOtherwise,
  writeStrangeCapture,
} from '../../harness/figures.ts'

// What tshark counted is recorded: the interop run, where tshark is, sees that it still counts so.
const recorded = recordedFigures()
const files = captureFiles()

/** RTP streams with their packets, loss, jitter and deltas, and SIP messages by method. */
async function expectAsRecorded(name: string, file: string): Promise<void> {
  const theirs = recorded.captures[name]!
  const ours = await figuresOf(file)
  expect(compareStreams(ours.streams, theirs.streams)).toEqual(streamsOtherwise(name))
  const [counted, known] = [ours, theirs].map(({ messages, requests }) => [ofCalls(messages), ofCalls(requests)])
  if (messagesOtherwise(name)) expect(counted).not.toEqual(known)
  else expect(counted).toEqual(known)
}

describe(`figures equal those of tshark ${recorded.tshark}`, () => {
  it.skipIf(files.size === 0)('of every capture', () =>
    expect([...files.keys(), strangeCapture].toSorted()).toEqual(Object.keys(recorded.captures).toSorted()),
  )

  it.each([...files])('%s', (name, file) => expectAsRecorded(name, file))

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
