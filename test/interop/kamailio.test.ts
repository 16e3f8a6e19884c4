import { describe, expect, it } from 'vitest'
import { transportNames, transports, type TransportName } from '../../shared/model/transport.ts'
import type { RegistrationView } from '../../shared/contract/state.ts'
import { temporaryFolders } from '../harness/folders.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startKamailio, type Kamailio } from '../harness/kamailio.ts'
import { agentReports, callReport, ringback, startAgent } from '../harness/process.ts'

const keep = keepRunning()
const folders = temporaryFolders()

const secret = { PW: 'geheim' }
const register = async (
  kamailio: Kamailio,
  transport: TransportName,
  extra: readonly string[] = [],
  env: NodeJS.ProcessEnv = secret,
) => {
  const { code, stdout, stderr } = await ringback(
    [
      'register',
      '--address',
      `127.0.0.1:${kamailio[transport]}`,
      '--transport',
      transport,
      '--user',
      'alice',
      '--password-env',
      'PW',
      '--json',
      ...extra,
    ],
    env,
  ).finished
  return { code, stderr, stdout, view: stdout === '' ? null : (JSON.parse(stdout) as RegistrationView) }
}

describe.skipIf(!findPeer('kamailio'))('Kamailio as registrar', () => {
  it('lets us register with digest over UDP, TCP, TLS and WebSockets, and un-registers us', async () => {
    const kamailio = await keep(startKamailio())
    for (const transport of transportNames) {
      const { code, view, stdout } = await register(
        kamailio,
        transport,
        transports[transport].secure ? ['--tls-ca', kamailio.caFile] : [],
      )
      expect(code, stdout).toBe(0)
      expect(view).toMatchObject({ state: 'registered', expiresS: 600, bindings: 1 })
      expect(
        view!.messages.map(({ startLine }) => startLine.replace(/^SIP\/2\.0 (\d+).*/, '$1').replace(/^(\w+) .*/, '$1')),
      ).toEqual(['REGISTER', '401', 'REGISTER', '200', 'REGISTER', '200'])
      expect(view!.messages.every((message) => message.transport === transport)).toBe(true)
      expect(stdout).not.toContain('geheim')
    }
  })

  it('refuses a wrong password in words', async () => {
    const kamailio = await keep(startKamailio())
    const { code, view } = await register(kamailio, 'udp', [], { PW: 'falsch' })
    expect(code).toBe(1)
    expect(view).toMatchObject({ state: 'failed', status: 401, final: true })
    expect(view!.observations.some(({ text }) => text.includes('realm "127.0.0.1" refused user "alice"'))).toBe(true)
  })

  it('asks for longer than we wanted', async () => {
    const kamailio = await keep(startKamailio())
    const { view } = await register(kamailio, 'udp', ['--expires', '10'])
    expect(view).toMatchObject({ state: 'registered', expiresS: 60 })
  })

  it('keeps a registration until interrupted, then removes it', async () => {
    const kamailio = await keep(startKamailio())
    const kept = ringback(
      ['register', '--address', `127.0.0.1:${kamailio.udp}`, '--user', 'alice', '--password-env', 'PW', '--keep'],
      secret,
    )
    await kept.until(/registered sip:alice/)
    const { code, stdout } = await kept.stop('SIGINT')
    expect(code).toBe(130)
    expect(stdout).toContain('un-registered')
  })

  it('is refused over TLS when its certificate is unknown or for another name, and the chain is shown', async () => {
    const kamailio = await keep(startKamailio({ certificateName: 'trunk.example' }))
    const unknown = await register(kamailio, 'tls')
    expect(unknown.code).toBe(1)
    expect(unknown.view!.text).toMatch(/self-signed: give its CA/)
    expect(
      unknown.view!.observations.some(({ kind, text }) => kind === 'tls-chain' && text.includes('trunk.example')),
    ).toBe(true)
    const other = await register(kamailio, 'tls', ['--tls-ca', kamailio.caFile])
    expect(other.view!.text).toMatch(/for another name; the name wanted is 127.0.0.1/)
    expect((await register(kamailio, 'tls', ['--tls-insecure'])).code).toBe(0)
  })
})

describe.skipIf(!findPeer('kamailio'))('Kamailio as record-routing proxy', () => {
  it.each(transportNames)('carries a call between two of our ends, BYE included, over %s', async (transport) => {
    const agent = await keep(startAgent(['--calls', '1']))
    const kamailio = await keep(startKamailio({ agent: `127.0.0.1:${agent.port}` }))
    const { code, report } = await callReport([
      'call',
      'sip:agent@trunk.example',
      '--proxy',
      `127.0.0.1:${kamailio[transport]}`,
      '--transport',
      transport,
      '--duration',
      '2',
      ...(transports[transport].secure ? ['--tls-ca', kamailio.caFile] : []),
    ])
    expect(report.verdict).toMatchObject({ kind: 'two-way-audio' })
    expect(code).toBe(0)
    expect(report.requestUri).toBe('sip:agent@trunk.example')
    const bye = report.messages.find(({ startLine }) => startLine.startsWith('BYE'))!
    expect(bye.raw).toMatch(/^Route: <sip:127\.0\.0\.1/m)
    expect(report.messages.at(-1)!.startLine).toBe('SIP/2.0 200 OK')
    await agent.finished
    const [there] = agentReports(agent)
    expect(there).toMatchObject({ outcome: 'answered', callId: report.callId, timeline: { endedBy: 'peer' } })
  })

  it('brings a call to our agent over the WebSocket that it registered by, and its end', async () => {
    const kamailio = await keep(startKamailio())
    const folder = folders()
    const profile = { ...secret, RINGBACK_PROFILE: folder }
    await ringback(
      [
        ...['trunk', 'add', 'kamailio', '--address', `127.0.0.1:${kamailio.ws}`, '--transport', 'ws'],
        ...['--user', 'alice', '--password-env', 'PW'],
      ],
      profile,
    ).finished
    const agent = await keep(startAgent(['--register', 'kamailio', '--calls', '1'], profile))
    await agent.until(/"state":"registered"/)
    const { code, report } = await callReport([
      ...['call', 'sip:alice@127.0.0.1', '--proxy', `127.0.0.1:${kamailio.udp}`, '--duration', '2'],
    ])
    expect([code, report.verdict.kind]).toEqual([0, 'two-way-audio'])
    await agent.finished
    const [there] = agentReports(agent)
    expect(there).toMatchObject({ transport: 'ws', outcome: 'answered', timeline: { endedBy: 'peer' } })
    expect(there!.messages.map(({ transport }) => transport)).toEqual(there!.messages.map(() => 'ws'))
    expect(there!.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
  })
})
