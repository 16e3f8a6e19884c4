import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { InspectReport } from '../../shared/contract/report.ts'
import { formats } from '../harness/sip-texts.ts'

const sngrep = formats.find(([name]) => name === 'sngrep')![1]

describe('inspect', () => {
  it('reads what comes on standard input', async () => {
    const child = spawn(process.execPath, ['electron/cli/ringback.mjs', 'inspect', '-', '--json'])
    child.stdin.end(sngrep)
    const report = JSON.parse(await text(child.stdout)) as InspectReport
    expect(report.files).toEqual(['standard input'])
    expect(report.calls.map(({ messages }) => messages.length)).toEqual([3])
    expect(report.problems).toEqual([
      expect.stringMatching(/^standard input: 3 messages of the text have no time zone/),
    ])
  })
})
