import { describe, expect, it } from 'vitest'
import { Proofs } from '../../../electron/engine/proof/proofs.ts'
import { Profile } from '../../../electron/engine/store/profile.ts'
import { placeCallSchema, type PlaceCall } from '../../../shared/contract/place-call.ts'
import { proveSchema, type Prove } from '../../../shared/contract/proof.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { TraceBuilder } from '../../harness/traces.ts'

/** A call that was refused with 488, and how it was asked for. */
function refused(args: Partial<PlaceCall>): CallReport {
  const report = new TraceBuilder().request(0, 'INVITE').response(50, '488 Not Acceptable Here').at(60, true)
  return { ...report, placed: placeCallSchema.parse({ uri: 'sip:1@192.0.2.1', ...args }) }
}

function proving(report: CallReport, args: Partial<Prove> = {}) {
  const placed: unknown[] = []
  const proofs = new Proofs({
    softphone: {
      tryCall: (call) => {
        placed.push(call)
        return Promise.reject(new Error('placed'))
      },
    },
    records: { call: () => undefined },
    profile: new Profile(null),
    report: () => report,
  })
  return { proofs, placed, args: proveSchema.parse({ id: 'x', ...args }) }
}

const change = { what: 'encryption', to: 'required' } as const

describe('proving a cause', () => {
  it.each([
    ['sip:1@192.0.2.1', true],
    ['sip:1@trunk.example', true],
    ['sip:1@[2001:db8::1]', true],
    ['sip:1@127.0.0.1:5070', false],
    ['sip:1@[::1]', false],
    ['sip:1@localhost', false],
  ])('dials %s a second time only when it is confirmed: %s', async (uri, asks) => {
    const { proofs, placed, args } = proving(refused({ uri }), { change })
    expect(proofs.plan(args).asks).toBe(asks)
    await expect(proofs.prove(args)).rejects.toThrow(asks ? /at most 2 calls to/ : 'placed')
    expect(placed).toHaveLength(asks ? 0 : 1)
    await expect(proofs.prove({ ...args, confirmed: true })).rejects.toThrow('placed')
  })

  it('writes no file of the first call again, and ends by itself', async () => {
    const report = refused({
      recordTo: '/tmp/a.wav',
      pcapTo: '/tmp/a.pcap',
      timeline: [
        { kind: 'record', file: '/tmp/b.wav', atMs: 1 },
        { kind: 'hold', atMs: 2 },
      ],
    })
    const { proofs, placed, args } = proving(report, { change, confirmed: true })
    await expect(proofs.prove(args)).rejects.toThrow('placed')
    expect(placed).toEqual([
      expect.objectContaining({ durationMs: 5000, encryption: 'required', timeline: [{ kind: 'hold', atMs: 2 }] }),
    ])
    expect(placed[0]).not.toHaveProperty('recordTo')
    expect(placed[0]).not.toHaveProperty('pcapTo')
  })

  it('needs what is not kept again: values of secret headers', () => {
    const report = refused({ headers: [{ name: 'X-Key', value: 'xxxx', secret: true }] })
    const { proofs, args } = proving(report, { change })
    expect(() => proofs.plan(args)).toThrow('the value of X-Key is secret and was not kept')
    expect(proofs.plan({ ...args, headers: [{ name: 'x-key', value: 'open sesame' }] }).calls).toBe(2)
    expect(proofs.plan({ ...args, change: { what: 'headers', to: [] } }).calls).toBe(2)
  })

  it('is for calls that were placed here and are over', () => {
    const report = refused({})
    const seen = proving({ ...report, placed: null }, { change })
    expect(() => seen.proofs.plan(seen.args)).toThrow(/was not placed here/)
    const live = proving({ ...report, timeline: { ...report.timeline, endedAt: null } }, { change })
    expect(() => live.proofs.plan(live.args)).toThrow(/goes on: a cause can be proven when it is over/)
  })
})
