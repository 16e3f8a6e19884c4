import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Engine } from '../../../electron/engine/engine.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

let profile = ''
beforeEach(() => void (profile = mkdtempSync(join(tmpdir(), 'ringback-test-'))))
afterEach(() => rmSync(profile, { recursive: true }))

/** A registrar at 192.0.2.99 that answers each request as it is told. */
async function withTrunk(
  run: (engine: Engine, answer: (status: string, more?: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock()
  const net = new MemoryNet()
  const engine = new Engine({ profile, clock, net, random: predictableRandom() })
  await engine.execute('trunk.save', {
    trunk: { name: 'pbx', address: '192.0.2.99', user: 'alice', authentication: 'digest' } as never,
    password: 'x',
    replace: false,
  })
  await run(engine, async (status, more = '') => {
    await settle()
    const sent = net.sent.at(-1)!
    net.inject(
      sent.to,
      sent.from,
      sent.text
        .replace(/^[A-Z]+ sip:.*/, `SIP/2.0 ${status}`)
        .replace(/^(To: .*)$/m, `$1;tag=x${more === '' ? '' : `\r\n${more}`}`),
    )
    await settle()
    return sent.text
  })
  const closing = engine.close()
  await clock.advance(40_000)
  await closing
}

const challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5'

describe('the check of a trunk', () => {
  it('shows a refused password as a step that failed, each thing seen once', async () => {
    await withTrunk(async (engine, answer) => {
      const check = engine.execute('trunk.check', { name: 'pbx' })
      expect(await answer('200 OK')).toMatch(/^OPTIONS /)
      await answer('401 Unauthorized', challenge)
      expect(await answer('401 Unauthorized', challenge)).toContain('Authorization: ')
      const { ok, steps, messages } = await check
      expect(messages.map(({ startLine }) => startLine.split(' ').slice(0, 2).join(' '))).toEqual([
        'OPTIONS sip:192.0.2.99',
        'SIP/2.0 200',
        'REGISTER sip:192.0.2.99',
        'SIP/2.0 401',
        'REGISTER sip:192.0.2.99',
        'SIP/2.0 401',
      ])
      expect(messages.map(({ raw }) => raw).join()).not.toMatch(/response="[0-9a-f]{6}/)
      expect(ok).toBe(false)
      const refused = steps.filter(({ text }) => text.includes('refused user "alice"'))
      expect(refused.length).toBeGreaterThan(0)
      expect(refused.every((step) => !step.ok)).toBe(true)
      expect(new Set(steps.map(({ text }) => text)).size).toBe(steps.length)
    })
  })

  it('leaves a registration that stood before, and says so', async () => {
    await withTrunk(async (engine, answer) => {
      await engine.execute('registration.start', { trunk: 'pbx' })
      await answer('200 OK')
      const check = engine.execute('trunk.check', { name: 'pbx' })
      expect(await answer('200 OK')).toMatch(/^OPTIONS /)
      const { ok, steps } = await check
      expect(ok).toBe(true)
      expect(steps.at(-1)!.text).toMatch(/^REGISTER is accepted: .*; it stood before and stays$/)
    })
  })
})
