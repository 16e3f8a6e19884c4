import { afterEach, describe, expect, it } from 'vitest'
import type { CallReport } from '../../shared/contract/report.ts'
import { Engines, over, until } from '../harness/engines.ts'
import { findPeer } from '../harness/install-peers.ts'
import { startKamailio } from '../harness/kamailio.ts'
import { keepRunning } from '../harness/kept.ts'
import { startLinphone } from '../harness/linphone.ts'

// linphone as one party of a transfer, Kamailio between it and us.

const keep = keepRunning('SIGKILL')
const engines = new Engines()
afterEach(() => engines.close())

const tone = (hz: number) => ({ kind: 'answer', source: { kind: 'tone', hz } }) as const
const bothWays = (report: CallReport) => report.verdict.kind === 'two-way-audio'
const methods = (report: CallReport) =>
  report.messages.map(({ startLine }) => startLine.split(' ')[0]!).filter((word) => !word.startsWith('SIP'))
const faults = (report: CallReport) => report.findings.filter(({ severity }) => severity !== 'info')

/** A call of ours to linphone through Kamailio, with audio both ways. */
const toLinphone = async () => {
  const linphone = await keep(startLinphone())
  const kamailio = await keep(startKamailio({ agent: `127.0.0.1:${linphone.port}` }))
  const target = await engines.agent({ behaviour: tone(500) })
  const phone = engines.open()
  const { id } = await phone.execute('call.place', {
    uri: 'sip:linphone@trunk.example',
    proxy: `127.0.0.1:${kamailio.udp}`,
  })
  await until(phone, id, bothWays)
  return { linphone, target, phone, id }
}

describe.skipIf(!findPeer('linphonec') || !findPeer('kamailio'))('a transfer with linphone behind Kamailio', () => {
  it('that we ask for without a word before: it calls the target and reports to us', async () => {
    const { linphone, target, phone, id } = await toLinphone()
    const outcome = await phone.execute('call.transfer', { id, to: `sip:bob@127.0.0.1:${target.port}` })
    expect(outcome).toEqual({ status: 200 })
    const report = await until(phone, id, over)
    expect(methods(report)).toEqual(expect.arrayContaining(['REFER', 'NOTIFY', 'BYE']))
    expect(faults(report)).toEqual([])
    linphone.type('terminate')
    await expect.poll(() => target.ended.length, { timeout: 10_000 }).toBe(1)
    expect(target.ended[0]!.messages[0]!.raw).toMatch(/^Referred-By:/m)
    expect(faults(target.ended[0]!)).toEqual([])
  })

  it('that we ask for after a word with the target: its new call takes the place of ours', async () => {
    const { linphone, target, phone, id } = await toLinphone()
    const other = await phone.execute('call.place', { uri: `sip:bob@127.0.0.1:${target.port}` })
    await until(phone, other.id, bothWays)
    await phone.execute('call.transfer', { id, with: other.id })
    const replaced = await until(phone, other.id, over)
    expect(replaced.timeline.endedBy).toBe('peer')
    await until(phone, id, over)
    linphone.type('terminate')
    await expect.poll(() => target.ended.length, { timeout: 10_000 }).toBe(2)
    expect(target.ended[1]!.messages[0]!.raw).toMatch(/^Replaces:/m)
    expect(target.ended.flatMap(faults)).toEqual([])
  })

  it('that it asks for: our agent calls the target and reports to it', async () => {
    const linphone = await keep(startLinphone())
    const target = await engines.agent({ behaviour: tone(500) })
    const agent = await engines.agent({ behaviour: tone(600), followRefer: true })
    linphone.type(`call sip:agent@127.0.0.1:${agent.port}`)
    await linphone.until(/Media streams established/)
    linphone.type(`transfer sip:bob@127.0.0.1:${target.port}`)
    await expect.poll(() => agent.ended.length, { timeout: 15_000 }).toBe(1)
    const [asked] = agent.ended
    expect(methods(asked!)).toEqual(expect.arrayContaining(['REFER', 'NOTIFY', 'BYE']))
    const placed = asked!.observations.find(({ kind, value }) => kind === 'transfer' && value !== undefined)!.value!
    await until(agent.engine, placed, bothWays)
    await agent.engine.execute('call.hangUp', { id: placed })
    expect(faults(await until(agent.engine, placed, over))).toEqual([])
  })
})
