import { describe, expect, it } from 'vitest'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { CallTrace } from '../../../electron/engine/trace/journal/call-trace.ts'
import { CallStreams } from '../../../electron/engine/trace/streams/call-streams.ts'
import type { Address } from '../../../shared/base/address.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { headerOf } from '../../harness/traces.ts'

const ours = { host: '192.0.2.1', port: 20_000 }
const theirs = { host: '192.0.2.99', port: 30_000 }

function packet(ssrc: number, n = 0): Uint8Array {
  const bytes = new Uint8Array(rtpHeaderBytes + 160).fill(0x20)
  writeRtpHeader(bytes, 0, false, n, n * 160, ssrc)
  return bytes
}

const send = (trace: CallTrace, at: number, from: Address, to: Address, bytes: Uint8Array, sent: boolean) =>
  trace.rtp(at, from, to, bytes, bytes, sent, headerOf(bytes))

function call() {
  const trace = new CallTrace('1', 'call-1', 'inbound')
  const streams = new CallStreams(meterOf)
  trace.project(streams)
  return { trace, streams }
}

describe('the streams of a call', () => {
  it('that come do not take the place of those that are sent, and those beyond the last are counted', () => {
    const { trace, streams } = call()
    for (let ssrc = 0; ssrc < 300; ssrc++) send(trace, ssrc, theirs, ours, packet(ssrc), false)
    for (let n = 0; n < 100; n++) send(trace, n, ours, theirs, packet(9, n), true)
    expect(streams.all.filter(({ sent }) => sent === false)).toHaveLength(200)
    expect(streams.all.find(({ sent }) => sent)!.stats.packets).toBe(100)
    expect(streams.unfollowedPackets).toBe(100)
  })

  it("are none of a stranger's packets, of which the first are captured", () => {
    const { trace, streams } = call()
    let captured = 0
    trace.addSink({ sip: () => {}, packet: () => void captured++, observation: () => {} })
    for (let n = 0; n < 1000; n++) trace.foreign(n, { host: '198.51.100.66', port: 1 }, ours, packet(n))
    expect(streams.all).toEqual([])
    expect(captured).toBe(200)
  })
})
