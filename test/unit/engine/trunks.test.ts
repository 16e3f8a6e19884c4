import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Engine } from '../../../electron/engine/engine.ts'
import type { Change } from '../../../shared/contract/state.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

describe('a trunk that is removed', () => {
  it('is un-registered, and nothing of it is shown any more', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'ringback-test-'))
    const clock = new VirtualClock()
    const net = new MemoryNet()
    const engine = new Engine({ profile, clock, net, random: predictableRandom() })
    const seen: Change[] = []
    engine.subscribe({ reports: 'watched' }, ({ changes }) => void seen.push(...changes))
    await engine.execute('trunk.save', {
      trunk: { name: 'pbx', address: '192.0.2.99', user: 'alice' } as never,
      replace: false,
    })
    await engine.execute('registration.start', { trunk: 'pbx' })
    await settle()
    const answer = () => {
      const sent = net.sent.at(-1)!
      net.inject(
        sent.to,
        sent.from,
        sent.text.replace(/^REGISTER.*/, 'SIP/2.0 200 OK').replace(/^(To: .*)$/m, '$1;tag=x'),
      )
      return sent.text
    }
    answer()
    await settle()
    await clock.advance(100)
    expect(seen.findLast((change) => change.kind === 'registration')).toMatchObject({
      registration: { state: 'registered' },
    })
    await engine.execute('trunk.remove', { name: 'pbx' })
    await settle()
    expect(answer()).toContain('Expires: 0')
    await clock.advance(100)
    expect(
      seen.filter((change) => change.kind === 'gone').map((change) => change.kind === 'gone' && change.of),
    ).toEqual(expect.arrayContaining(['trunk', 'registration']))
    const closing = engine.close()
    await clock.advance(3000)
    await closing
    rmSync(profile, { recursive: true })
  })
})

describe('a trunk whose From has a password', () => {
  it('is not stored: lists and exports have its From as it is', async () => {
    const net = new MemoryNet()
    const engine = new Engine({ profile: null, clock: new VirtualClock(), net, random: predictableRandom() })
    const trunk = { name: 'pbx', address: '192.0.2.99', from: 'sip:alice:geheim@h' } as never
    await expect(engine.execute('trunk.save', { trunk, replace: false })).rejects.toThrow('no place in From')
    engine.close()
  })
})
