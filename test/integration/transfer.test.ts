import { afterEach, describe, expect, it } from 'vitest'
import type { CallReport } from '../../shared/contract/report.ts'
import { Engines, callAndWait, over, until } from '../harness/engines.ts'

const engines = new Engines()
afterEach(() => engines.close())

const tone = (hz: number) => ({ kind: 'answer', source: { kind: 'tone', hz } }) as const
const told = (report: CallReport) =>
  report.observations.filter(({ kind }) => kind === 'transfer').map(({ text }) => text)
const bothWays = (report: CallReport) => report.verdict.kind === 'two-way-audio'

describe('a transfer between our own ends', () => {
  it('without a word before: the agent calls the target, and both say so', async () => {
    const target = await engines.agent({ behaviour: tone(500) })
    const agent = await engines.agent({ behaviour: tone(600), followRefer: true })
    const phone = engines.open()
    const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}` })
    await until(phone, id, bothWays)
    const outcome = await phone.execute('call.transfer', { id, to: `sip:bob@127.0.0.1:${target.port}` })
    expect(outcome).toEqual({ status: 200 })
    const first = await until(phone, id, over)
    expect(told(first)).toEqual([
      `the peer is asked to call <sip:bob@127.0.0.1:${target.port}> (REFER)`,
      'the transfer succeeded: the peer reports 200',
    ])
    expect(first.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    await expect.poll(() => agent.ended.length).toBe(1)
    const [asked] = agent.ended
    const placed = asked!.observations.find(({ kind, value }) => kind === 'transfer' && value !== undefined)!.value!
    const second = await until(agent.engine, placed, bothWays)
    expect(told(second)).toEqual(['placed because the peer of another call asked for it (REFER)'])
    expect(second.messages[0]!.raw).toMatch(/^Referred-By: <sip:/m)
    await agent.engine.execute('call.hangUp', { id: placed })
    await until(agent.engine, placed, over)
  })

  it('after a word with the target: the new call takes the place of ours', async () => {
    const target = await engines.agent({ behaviour: tone(500) })
    const agent = await engines.agent({ behaviour: tone(600), followRefer: true })
    const phone = engines.open()
    const one = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}` })
    const other = await phone.execute('call.place', { uri: `sip:y@127.0.0.1:${target.port}` })
    await until(phone, one.id, bothWays)
    await until(phone, other.id, bothWays)
    await phone.execute('call.transfer', { id: one.id, with: other.id })
    const replaced = await until(phone, other.id, over)
    expect(replaced.timeline.endedBy).toBe('peer')
    await until(phone, one.id, over)
    await expect.poll(() => target.ended.length).toBe(1)
    expect(target.ended[0]!.timeline.endedBy).toBe('us')
  })

  it('to somebody who refuses leaves the call as it was, with the status', async () => {
    const busy = await engines.agent({ behaviour: { kind: 'reject', code: 486 } })
    const agent = await engines.agent({ followRefer: true })
    const phone = engines.open()
    const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}` })
    await until(phone, id, bothWays)
    await expect(phone.execute('call.transfer', { id, to: `sip:bob@127.0.0.1:${busy.port}` })).rejects.toThrow(
      'transfer failed: the peer reports 486',
    )
    await phone.execute('call.hangUp', { id })
    const report = await until(phone, id, over)
    expect(report.findings.map(({ rule }) => rule)).toContain('transfer')
  })

  it('to an agent that follows no REFER is refused, in the middle of a timeline too', async () => {
    const agent = await engines.agent()
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      durationMs: 1000,
      timeline: [{ kind: 'refer', to: 'sip:bob@127.0.0.1:9', atMs: 100 }],
    })
    expect(report.observations.find(({ kind }) => kind === 'action-failed')?.text).toBe(
      'refer at 0.1 s: transfer failed: the peer refused REFER with 405 Method Not Allowed',
    )
    expect(report.verdict.kind).toBe('two-way-audio')
  })
})
