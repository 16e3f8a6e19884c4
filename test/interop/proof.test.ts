import { afterEach, describe, expect, it } from 'vitest'
import type { Change } from '../../shared/contract/change.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { findPeer } from '../harness/install-peers.ts'
import { startKamailio } from '../harness/kamailio.ts'
import { keepRunning } from '../harness/kept.ts'

const engines = new Engines()
afterEach(() => engines.close())
const keep = keepRunning('SIGKILL')

interface Fault {
  /** What the proxy refuses, as its configuration has it. */
  readonly rules: string
  /** The call that it refuses. */
  readonly call: Partial<PlaceCall>
  /** What the finding names. */
  readonly change: Change
  /** What the proof says that the calls differ in, beside what came of them. */
  readonly differs: readonly string[]
}

const refuse = (condition: string, code: number, phrase: string, warning = '') =>
  `if (${condition}) { ${warning === '' ? '' : `append_to_reply("Warning: 399 pbx \\"${warning}\\"\\r\\n"); `}` +
  `sl_send_reply("${code}", "${phrase}"); exit; }`

const faults: readonly Fault[] = [
  {
    rules: refuse('is_present_hf("X-Tenant")', 400, 'Header X-Tenant is not allowed'),
    call: {
      headers: [
        { name: 'X-Tenant', value: '7' },
        { name: 'X-CALL-ID', value: '42' },
      ],
    },
    change: { what: 'headers', to: ['X-CALL-ID'] },
    differs: ['header X-Tenant'],
  },
  {
    rules: refuse('!($fU =~ "^\\+")', 403, 'Forbidden', 'Caller ID is not in E.164'),
    call: { from: '4930901820' },
    change: { what: 'caller-id', to: '+4930901820' },
    differs: ['caller ID'],
  },
  {
    rules: refuse('$rb =~ "a=ptime:30"', 488, 'Not Acceptable Here', 'ptime is not supported'),
    call: { ptimeMs: 30 },
    change: { what: 'ptime', to: 20 },
    differs: ['packet time'],
  },
  {
    rules: refuse('!($rb =~ "PCMA")', 488, 'PCMA is needed here'),
    call: { codecs: ['PCMU'] },
    change: { what: 'codecs', to: ['PCMU', 'PCMA'] },
    differs: ['codecs'],
  },
  {
    rules: refuse('$pr == "udp"', 403, 'Use TCP'),
    call: {},
    change: { what: 'transport', to: 'tcp' },
    differs: ['transport'],
  },
  {
    rules: refuse('!($rU =~ "^\\+")', 404, 'Not Found'),
    call: { uri: '004930901820' },
    change: { what: 'number', to: '+4930901820' },
    differs: ['request URI'],
  },
  {
    rules: refuse('!($rb =~ "RTP/SAVP")', 403, 'SRTP is required'),
    call: {},
    change: { what: 'encryption', to: 'required' },
    differs: ['media profile', 'keys offered'],
  },
  {
    rules:
      'if (!pv_proxy_authenticate("127.0.0.1", "geheim", "0")) { proxy_challenge("127.0.0.1", "0"); exit; } ' +
      'consume_credentials();',
    call: {},
    change: { what: 'digest', to: 'on' },
    differs: ['digest credentials'],
  },
]

describe.skipIf(!findPeer('kamailio'))('a trunk of Kamailio that refuses one thing', () => {
  it.each(faults)('is proven by $change', async ({ rules, call, change, differs }) => {
    const agent = await engines.agent()
    const kamailio = await keep(startKamailio({ agent: `127.0.0.1:${agent.port}`, rules }))
    const engine = engines.open()
    const { uri = '+15550100', ...args } = call
    const before = await callAndWait(engine, { uri: `sip:${uri}@127.0.0.1:${kamailio.udp}`, durationMs: 300, ...args })
    expect(before.outcome).toBe('refused')
    expect(before.findings[0]?.change).toEqual(change)
    const credentials = change.what === 'digest' ? { user: 'alice', password: 'geheim' } : {}
    const proof = await engine.execute('call.prove', { id: before.id, ...credentials })
    expect(proof).toMatchObject({ change, result: 'cause-proven' })
    expect(proof.calls.map(({ role, outcome }) => [role, outcome])).toEqual([
      ['before', 'refused'],
      ['changed', 'answered'],
      ['unchanged', 'refused'],
    ])
    const asked = proof.differed.map(({ what }) => what).filter((what) => what !== 'outcome' && what !== 'findings')
    expect(asked).toEqual(differs)
    expect(JSON.stringify(proof)).not.toContain('geheim')
  })

  it('asks for credentials whatever is left out: without them the proof tells nothing', async () => {
    const rules =
      'if (!pv_proxy_authenticate("127.0.0.1", "geheim", "0")) { proxy_challenge("127.0.0.1", "0"); exit; } ' +
      'sl_send_reply("403", "Forbidden"); exit;'
    const kamailio = await keep(startKamailio({ rules }))
    const engine = engines.open()
    const call = { uri: `sip:1@127.0.0.1:${kamailio.udp}`, user: 'alice', password: 'geheim' }
    const { id } = await callAndWait(engine, call)
    const change = { what: 'digest' as const, to: 'off' as const }
    const proof = await engine.execute('call.prove', { id, change, password: 'geheim' })
    expect(proof.result).toBe('cannot-tell')
    expect(proof.sentence).toMatch(/it failed in another way: refused with 407/)
  })
})
