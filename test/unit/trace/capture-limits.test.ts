import { afterAll, describe, expect, it } from 'vitest'
import { Answers } from '../../../electron/engine/captures/answers.ts'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { loadCaptures } from '../../../electron/engine/trace/capture/load.ts'
import { captureLineSchema, type CaptureLine, type FoundCalls } from '../../../shared/contract/captures.ts'
import { CaptureFiles, invites, pcapOf } from '../../harness/capture-files.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

async function answersOf(path: string) {
  const loaded = await loadCaptures([path], meterOf)
  const answers = new Answers([path], loaded, false)
  const list = (offset: number, limit: number) =>
    JSON.parse(answers.answer({ ask: 'list', offset, limit, legs: false })) as CaptureLine[]
  return { loaded, answers, list }
}

describe('a capture made to fill a machine', () => {
  it('with a Call-ID of 4 KB has that call, by that name', async () => {
    const callId = 'x'.repeat(4096)
    const { loaded, answers, list } = await answersOf(files.write('long.pcap', pcapOf([{ callId }])))
    expect(loaded.calls.map((call) => call.callId)).toEqual([callId])
    expect(captureLineSchema.parse(list(0, 10)[0])).toMatchObject({ type: 'call', callId })
    const { found } = JSON.parse(answers.answer({ ask: 'find', call: callId })) as FoundCalls
    expect(found).toEqual([{ id: '1', callId }])
    loaded.close()
  })

  it('with a registration for each REGISTER lists every one, a page at a time', async () => {
    const registers = Array.from({ length: 2500 }, (_, i) => ({
      method: 'REGISTER',
      callId: `binding-${i}`,
      branch: `z9hG4bK${i}`,
    }))
    const { loaded, list } = await answersOf(files.write('registers.pcap', pcapOf(registers)))
    const lines = [0, 1000, 2000, 3000].flatMap((offset) => list(offset, 1000))
    expect(lines).toHaveLength(2500)
    expect(new Set(lines.map(({ type, status }) => `${type} ${status?.code}`))).toEqual(
      new Set(['registration undefined']),
    )
    loaded.close()
  })

  it('with one Call-ID for all REGISTERs has one registration, with its newest messages', async () => {
    const registers = Array.from({ length: 2500 }, (_, i) => ({
      method: 'REGISTER',
      callId: 'one',
      branch: `z9hG4bK${i}`,
      cseq: i + 1,
    }))
    const { loaded, list } = await answersOf(files.write('one.pcap', pcapOf(registers)))
    expect(list(0, 10)).toHaveLength(1)
    const { messages, droppedMessages } = loaded.registrations[0]!.open().trace
    expect(messages.length + droppedMessages).toBe(2500)
    expect(messages.length).toBeLessThanOrEqual(50)
    loaded.close()
  })

  it('is not judged before all of it is read', async () => {
    const path = files.write(
      'half.pcap',
      pcapOf([{ callId: 'call' }, { method: 'REGISTER', callId: 'registration', branch: 'z9hG4bKr' }]),
    )
    const told: [CaptureLine[], string, string][] = []
    const loaded = await loadCaptures([path], meterOf, (_share, soFar) => {
      const answers = new Answers([path], soFar(), true)
      told.push([
        JSON.parse(answers.answer({ ask: 'list', offset: 0, limit: 10, legs: false })) as CaptureLine[],
        answers.answer({ ask: 'page', of: 'calls', offset: 0 }),
        answers.answer({ ask: 'page', of: 'registrations', offset: 0 }),
      ])
      return null
    })
    const [[call, registration], calls, registrations] = told[0]!
    expect(call).toMatchObject({ outcome: 'in-progress', verdict: { kind: 'unknown' }, finding: null })
    expect(registration).toMatchObject({ type: 'registration', finding: null })
    for (const page of [calls, registrations]) expect(page).toContain('"findings":[]')
    loaded.close()
  })

  it('ends where whoever watches says so, with what was read and a sentence', async () => {
    const path = files.write('stopped.pcap', pcapOf(invites(20_000)))
    const shares: number[] = []
    const loaded = await loadCaptures([path], meterOf, (share, soFar) => {
      shares.push(share)
      expect(soFar().calls.length).toBeGreaterThan(0)
      return share > 0.4 ? 'it was enough' : null
    })
    expect(loaded.calls.length).toBeGreaterThan(5000)
    expect(loaded.calls.length).toBeLessThan(20_000)
    expect(loaded.packets).toBe(loaded.calls.length)
    expect(loaded.problems).toEqual([`${path} was read up to packet ${loaded.packets} only: it was enough`])
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    loaded.close()
  })
})
