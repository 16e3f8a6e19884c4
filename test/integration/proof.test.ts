import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../electron/engine/engine.ts'
import type { StartAgent } from '../../shared/contract/commands.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'
import { proofSchema, type Prove } from '../../shared/contract/proof.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { callReport, ringback } from '../harness/process.ts'

const engines = new Engines()
afterEach(() => engines.close())

/** A call to such an agent, and what comes of proving its cause. */
async function proving(agent: Partial<StartAgent>, call: Partial<PlaceCall>, prove: Partial<Prove> = {}, user = 'x') {
  const { port, ended } = await engines.agent(agent)
  const engine = engines.open()
  const before = await callAndWait(engine, { uri: `sip:${user}@127.0.0.1:${port}`, durationMs: 300, ...call })
  const proof = await engine.execute('call.prove', { id: before.id, ...prove })
  return { engine, before, proof, ended }
}

const reportOf = (engine: Engine, id: string) => engine.execute('call.report', { id })

describe('the cause of a failure is proven', () => {
  it('where the agent takes encrypted media only', async () => {
    const { engine, before, proof, ended } = await proving({ encryption: 'required' }, {})
    expect(before).toMatchObject({ outcome: 'refused', status: { code: 488 } })
    expect(before.findings[0]!.change).toEqual({ what: 'encryption', to: 'required' })
    expect(proof).toMatchObject({
      id: before.id,
      rule: 'refused-media',
      change: { what: 'encryption', to: 'required' },
      result: 'cause-proven',
      calls: [
        { role: 'before', id: before.id, status: { code: 488 } },
        { role: 'changed', outcome: 'answered' },
        { role: 'unchanged', outcome: 'refused', status: { code: 488 } },
      ],
      differed: expect.arrayContaining([
        { what: 'media profile', before: 'RTP/AVP', changed: 'RTP/SAVP' },
        { what: 'findings', before: 'refused-media', changed: expect.any(String) },
      ]),
    })
    expect(proof.sentence).toMatch(/^Cause proven: media encryption required makes the difference\. With it the call/)
    expect(proofSchema.parse(proof)).toEqual(proof)
    // Three calls, each of its own; the last two differ in nothing but that.
    const reports = await Promise.all(proof.calls.map(({ id }) => reportOf(engine, id)))
    expect(new Set(reports.map(({ callId }) => callId)).size).toBe(3)
    expect(new Set(reports.map(({ headers }) => headers.sent.find(({ name }) => name === 'From')!.value)).size).toBe(3)
    expect(proof.differed.map(({ what }) => what)).not.toContain('request URI')
    await expect.poll(() => ended.length).toBe(3)
  })

  it('where the agent knows the number without + only', async () => {
    const { proof } = await proving({ identifiers: ['15550100'] }, {}, {}, '+15550100')
    expect(proof).toMatchObject({
      rule: 'refused-number',
      change: { what: 'number', to: '15550100' },
      result: 'cause-proven',
    })
    expect(proof.calls.map(({ status }) => status?.code)).toEqual([404, 200, 404])
  })

  it('where the agent speaks PCMA only and another codec was offered', async () => {
    const { proof } = await proving({ codecs: ['PCMA'] }, { codecs: ['PCMU'] })
    expect(proof).toMatchObject({ change: { what: 'codecs', to: ['PCMU', 'PCMA'] }, result: 'cause-proven' })
    expect(proof.differed).toContainEqual({
      what: 'codecs',
      before: expect.stringMatching(/^PCMU/),
      changed: expect.stringMatching(/^PCMU, PCMA/),
    })
  })

  it('where the agent listens over TCP only', async () => {
    const listeners = [{ transport: 'tcp' as const, address: '127.0.0.1', port: 0 }]
    const { proof } = await proving({ listeners }, {})
    expect(proof).toMatchObject({
      rule: 'connection-failed',
      change: { what: 'transport', to: 'tcp' },
      result: 'cause-proven',
    })
  })

  it('where the agent asks for credentials and none were given, with those that are given now', async () => {
    const agent = { user: 'alice', password: 'geheim' }
    const { engine, proof } = await proving(agent, {}, { user: 'alice', password: 'geheim' })
    expect(proof).toMatchObject({
      rule: 'refused-credentials',
      change: { what: 'digest', to: 'on' },
      result: 'cause-proven',
    })
    expect(proof.differed).toContainEqual({ what: 'digest credentials', before: 'not sent', changed: 'sent' })
    await expect(engine.execute('call.prove', { id: proof.id })).rejects.toMatchObject({
      kind: 'usage',
      remedy: { code: 'set-credentials' },
    })
    expect(JSON.stringify(proof)).not.toContain('geheim')
  })
})

describe('the cause of a failure that is the local address is proven', () => {
  it('where the peer takes calls from another address of this machine only', async () => {
    const change = { what: 'local-address' as const, to: '127.0.0.2' }
    const { before, proof } = await proving({ allow: ['127.0.0.2/32'] }, {}, { change })
    expect(before).toMatchObject({ outcome: 'refused', status: { code: 403 } })
    expect(proof).toMatchObject({ rule: 'refused-acl', change, result: 'cause-proven' })
    expect(proof.differed.map(({ what }) => what)).toEqual(['local address', 'outcome', 'findings'])
  })

  it('where the one that was chosen is none of this machine, so that no call could be sent', async () => {
    const { port } = await engines.agent()
    const engine = engines.open()
    const uri = `sip:x@127.0.0.1:${port}`
    await expect(engine.execute('call.place', { uri, localAddress: '192.0.2.77' })).rejects.toThrow(/local address/)
    const { entries } = await engine.execute('history.list', { limit: 1 })
    const proof = await engine.execute('call.prove', { id: entries[0]!.id })
    expect(proof).toMatchObject({
      rule: 'connection-failed',
      change: { what: 'local-address', to: 'any' },
      result: 'cause-proven',
      calls: [{ outcome: 'failed' }, { role: 'changed', outcome: 'answered' }, { outcome: 'failed' }],
    })
    expect(proof.sentence).toMatch(/^Cause proven: the local address that reaches the peer makes the difference\./)
  })

  it('where calls leave from an address that does not reach the peer', async () => {
    const engine = engines.open()
    // Nothing leaves for there from loopback.
    const away = { uri: 'sip:x@192.0.2.1:9', localAddress: '127.0.0.1', durationMs: 300 }
    const before = await callAndWait(engine, away)
    expect(before.findings[0]).toMatchObject({ change: { what: 'local-address', to: 'any' } })
  })
})

describe('the cause of a call through a trunk is proven', () => {
  it('with its stored password and headers, whatever of them is changed', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'ringback-proof-'))
    const { port, ended } = await engines.agent({ identifiers: ['15550100'], user: 'alice', password: 'geheim' })
    const engine = engines.open({ profile })
    const trunk = {
      name: 'one',
      address: `127.0.0.1:${port}`,
      authentication: 'digest' as const,
      user: 'alice',
      headers: [{ name: 'X-Tenant', value: 'open sesame', secret: true }],
    }
    await engine.execute('trunk.save', { trunk, replace: false, password: 'geheim' })
    const before = await callAndWait(engine, { uri: '+15550100', trunk: 'one', durationMs: 300 })
    const proof = await engine.execute('call.prove', { id: before.id })
    expect(proof).toMatchObject({ change: { what: 'number', to: '15550100' }, result: 'cause-proven' })
    expect(proof.differed.map(({ what }) => what)).toEqual(['request URI', 'outcome', 'findings'])
    await expect.poll(() => ended.length).toBe(3)
    const tenants = ended.map(({ messages }) => messages.filter(({ raw }) => /^X-Tenant: /m.test(raw)).length)
    expect(tenants.every((count) => count > 0)).toBe(true)
    const headersOff = { id: before.id, change: { what: 'headers' as const, to: [] } }
    expect(await engine.execute('call.prove', headersOff)).toMatchObject({ result: 'not-the-cause' })
    await expect.poll(() => ended.length).toBe(4)
    expect(ended[3]!.messages.some(({ raw }) => /^X-Tenant: /m.test(raw))).toBe(false)
    expect(JSON.stringify(proof)).not.toMatch(/geheim|sesame/)
    await engines.close()
    rmSync(profile, { recursive: true, force: true })
  })
})

describe('what is not the cause', () => {
  it('is said where the change changes nothing, after one call', async () => {
    const { proof, ended } = await proving({ encryption: 'required' }, {}, { change: { what: 'codecs', to: ['PCMA'] } })
    expect(proof).toMatchObject({ rule: 'refused-media', result: 'not-the-cause' })
    expect(proof.sentence).toBe(
      'Not the cause: PCMA as the only codec changes nothing. With it the call failed in the same way: refused with ' +
        '488 Not Acceptable Here.',
    )
    expect(proof.calls.map(({ role }) => role)).toEqual(['before', 'changed'])
    await expect.poll(() => ended.length).toBe(2)
  })
})

describe('it is not told', () => {
  it('where the call as it was goes through now too', async () => {
    const strict = await engines.agent({ encryption: 'required' })
    const engine = engines.open()
    const uri = `sip:x@127.0.0.1:${strict.port}`
    const before = await callAndWait(engine, { uri, durationMs: 300 })
    await strict.engine.execute('agent.stop', { id: strict.id })
    await engines.agent({ listeners: [{ transport: 'udp', address: '127.0.0.1', port: strict.port }] })
    const proof = await engine.execute('call.prove', { id: before.id })
    expect(proof.result).toBe('cannot-tell')
    expect(proof.sentence).toMatch(/^Cannot tell, because the call as it was goes through now too: answered/)
    expect(proof.calls).toHaveLength(3)
  })

  it('where with the change the call fails in another way', async () => {
    const { proof } = await proving({ identifiers: ['15550100'], encryption: 'required' }, {}, {}, '+15550100')
    expect(proof.result).toBe('cannot-tell')
    expect(proof.sentence).toBe(
      'Cannot tell, because with it changed it failed in another way: refused with 488 Not Acceptable Here.',
    )
  })

  it('where no call is left to try the call as it was', async () => {
    const { proof, ended } = await proving({ encryption: 'required' }, {}, { maxCalls: 1 })
    expect(proof).toMatchObject({ result: 'cannot-tell', calls: [{ role: 'before' }, { role: 'changed' }] })
    await expect.poll(() => ended.length).toBe(2)
  })
})

describe('ringback prove', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-proof-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const env = { RINGBACK_PROFILE: folder }

  it('prints the proof of a call of the history, and ends with 0 only where the cause is proven', async () => {
    const { port } = await engines.agent({ encryption: 'required' })
    const { report } = await callReport(['call', `sip:x@127.0.0.1:${port}`, '--duration', '0.2'], env)
    const proven = await ringback(['prove', 'latest', '--json'], env).finished
    expect([proven.code, proven.stderr]).toEqual([0, ''])
    expect(proofSchema.parse(JSON.parse(proven.stdout))).toMatchObject({ id: report.id, result: 'cause-proven' })
    const other = await ringback(['prove', report.id, '--change', 'codecs=PCMA'], env).finished
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch(/^what differed +unchanged +changed$/m)
    expect(other.stdout).toMatch(/^codecs +PCMU.* +PCMA/m)
    expect(other.stdout).toMatch(/^Not the cause: PCMA as the only codec changes nothing/m)
  })

  it('calls another computer only with --yes where nobody can be asked', async () => {
    // From loopback nothing can leave for there.
    const away = ['call', 'sip:x@192.0.2.1', '--local', '127.0.0.1']
    const { report } = await callReport(away, env)
    const args = ['prove', report.id, '--change', 'transport=tcp']
    const asked = await ringback(args, env).finished
    expect([asked.code, asked.stdout]).toEqual([2, ''])
    expect(asked.stderr).toMatch(/at most 2 calls to 192\.0\.2\.1; nobody is here to be asked \(--yes\)/)
    const { code, stdout } = await ringback([...args, '--yes'], env).finished
    expect(code).toBe(1)
    expect(stdout).toMatch(/^(?:Not the cause|Cannot tell)/m)
  })
})

describe('what is to be proven', () => {
  it('is a call that failed, was placed here, and can be changed so', async () => {
    const { port } = await engines.agent()
    const engine = engines.open()
    const good = await callAndWait(engine, { uri: `sip:x@127.0.0.1:${port}`, durationMs: 2500 })
    const change = { what: 'encryption', to: 'disabled' } as const
    const proving = (args: Prove) => engine.execute('call.proofPlan', args)
    await expect(proving({ id: 'absent' })).rejects.toThrow('there is no call "absent"')
    await expect(proving({ id: good.id })).rejects.toThrow(/no finding of that call names a setting/)
    await expect(proving({ id: good.id, rule: 'refused-media' })).rejects.toThrow(/has no finding "refused-media"/)
    await expect(proving({ id: good.id, change })).rejects.toThrow(/went well: there is no cause to prove/)
  })

  it('is said before: what is changed, where the calls go and how many', async () => {
    const { port } = await engines.agent({ encryption: 'required' })
    const engine = engines.open()
    const uri = `sip:x@127.0.0.1:${port}`
    const { id } = await callAndWait(engine, { uri, durationMs: 300 })
    expect(await engine.execute('call.proofPlan', { id })).toEqual({
      id,
      rule: 'refused-media',
      change: { what: 'encryption', to: 'required' },
      uri,
      destination: '127.0.0.1',
      calls: 2,
      asks: false,
      sentence:
        `${uri} is called again with media encryption required, and once more as it was if that goes through: ` +
        'at most 2 calls to 127.0.0.1',
    })
    await expect(
      engine.execute('call.proofPlan', { id, change: { what: 'encryption', to: 'disabled' } }),
    ).rejects.toMatchObject({ remedy: { code: 'choose-change' } })
  })
})
