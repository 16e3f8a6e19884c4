import { describe, expect, it } from 'vitest'
import { CallRecords } from '../../../electron/engine/calls/call-records.ts'
import { noLogs } from '../../../electron/engine/base/log.ts'
import { Stations } from '../../../electron/engine/stations/stations.ts'
import { initialLimits } from '../../../shared/model/budgets.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { openBoundary } from '../../harness/boundary.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { request } from '../../harness/messages.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const address = { host: '192.0.2.1', port: 5060 }

describe('the records of calls', () => {
  it('keep of the ended ones the newest, and of large ones fewer', () => {
    const forgotten: string[] = []
    const records = new CallRecords(
      { clock: new VirtualClock(), random: predictableRandom(), boundary: openBoundary().boundary, attended: false },
      { changed: () => {}, moved: () => {}, ended: () => {}, forgotten: (id) => void forgotten.push(id) },
    )
    const traceLimits = { messages: 10_000, bytes: 8 * 1024 * 1024, invites: 1000, reached: () => {} }
    const station = { traceLimits, adopt: () => {}, forget: () => {} }
    const bytes = Buffer.from(request({ body: 'x'.repeat(60_000) }))
    const ended = (messages: number) => {
      const record = records.begin(station, 'call', null)
      for (let at = 0; at < messages; at++)
        record.trace.sip({
          at,
          transport: 'udp',
          source: address,
          destination: address,
          direction: 'received',
          bytes,
          message: parseSip(bytes),
        })
      record.end()
      return record.id
    }
    const small = Array.from({ length: 250 }, () => ended(1))
    expect(forgotten).toEqual(small.slice(0, 50))
    const large = Array.from({ length: 20 }, () => ended(100))
    expect(records.all().map(({ id }) => id)).toEqual(large.slice(-2))
  })

  it('leave nothing behind in the journal of the station that they were placed from', async () => {
    const [clock, random, { boundary }] = [new VirtualClock(), predictableRandom(), openBoundary()]
    const dns = { naptr: async () => [], srv: async () => [], addresses: async () => [] }
    const stations = new Stations(
      {
        clock,
        net: new MemoryNet(),
        random,
        boundary,
        dns,
        dnsOf: () => dns,
        logs: noLogs,
        limits: () => initialLimits,
      },
      { traceChanged: () => {}, limitReached: () => {} },
    )
    const station = stations.open({ localAddress: null, tlsCa: null, tlsInsecure: false, tlsIdentity: null })
    const records = new CallRecords(
      { clock, random, boundary, attended: false },
      { changed: () => {}, moved: () => {}, ended: () => {}, forgotten: () => {} },
    )
    const callIds = Array.from({ length: 20 }, (_, n) => `call-${n}`)
    const calls = callIds.map((callId) => records.place(station, callId, { placed: null, secrets: [] }))
    const kept = () => callIds.filter((callId) => station.trace(callId)).length
    expect(kept()).toBe(20)
    for (const call of calls) call.end()
    await clock.advance(32_000)
    expect(kept()).toBe(0)
    stations.close(station)
  })
})
