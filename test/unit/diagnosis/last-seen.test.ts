import { describe, expect, it } from 'vitest'
import { TraceBuilder } from '../../harness/traces.ts'

const talked = (vantage: 'outbound' | 'observed') =>
  new TraceBuilder(vantage)
    .answered()
    .rtp('sent', { fromMs: 1000, packets: 400 })
    .rtp('received', { fromMs: 1000, packets: 400 })

describe('a call that has no end', () => {
  it('is judged to the last packet of it in a capture that goes on: nobody knows what became of it then', () => {
    const { findings, verdict } = talked('observed').at(900_000)
    expect(findings).toEqual([])
    expect(verdict.kind).toBe('two-way-audio')
  })

  it('is judged to now by the endpoint that is in it', () => {
    const { findings } = talked('outbound').at(900_000)
    expect(findings.map(({ rule }) => rule)).toContain('audio-stops')
  })

  it('has audio that stops in a capture where the other direction goes on', () => {
    const capture = talked('observed').rtp('sent', { fromMs: 9000, packets: 400, sequence: 400 })
    const [finding] = capture.at(900_000).findings
    expect(finding!.sentence).toContain('stops 8.0 s after the answer, 8.0 s before the last that was captured')
  })
})
