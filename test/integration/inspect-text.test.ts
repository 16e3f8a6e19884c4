import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { captureLineSchema } from '../../shared/contract/captures.ts'
import type { InspectReport } from '../../shared/contract/report.ts'
import { formats, invite, ok, trying } from '../harness/sip-texts.ts'

const sngrep = formats.find(([name]) => name === 'sngrep')![1]

const inspect = async (input: string, ...args: string[]) => {
  const child = spawn(process.execPath, ['electron/cli/ringback.mjs', 'inspect', '-', ...args])
  child.stdin.end(input)
  return text(child.stdout)
}

describe('inspect', () => {
  it('lists no time that a text does not say', async () => {
    const timeless = `${invite}${trying}${ok}`
    expect(await inspect(timeless, '--list')).toMatch(/^call 1 {4}\? {2}sip:alice@example\.com → /)
    const [line] = (await inspect(timeless, '--list', '--json')).split('\n')
    expect(captureLineSchema.parse(JSON.parse(line!))).toMatchObject({ unknown: ['time', 'source', 'destination'] })
  })

  it('reads what comes on standard input', async () => {
    const report = JSON.parse(await inspect(sngrep, '--json')) as InspectReport
    expect(report.files).toEqual(['standard input'])
    expect(report.calls.map(({ messages }) => messages.length)).toEqual([3])
    expect(report.problems).toEqual([
      expect.stringMatching(/^standard input: 3 messages of the text have no time zone/),
    ])
  })
})
