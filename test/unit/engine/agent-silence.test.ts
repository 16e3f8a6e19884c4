import { expect, it } from 'vitest'
import { Engine } from '../../../electron/engine/engine.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { request, sdp } from '../../harness/messages.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

const us = { host: '192.0.2.1', port: 5060 }
const peer = { host: '192.0.2.99', port: 5060 }

it.each([
  ['a minute, where nothing is set', {}, 60],
  ['as long as is set', { mediaTimeoutMs: 15_000 }, 15],
  ['never, where that is set', { mediaTimeoutMs: null }, null],
])('an agent ends a call whose media stays away after %s', async (_what, setting, seconds) => {
  const [net, clock] = [new MemoryNet(), new VirtualClock()]
  const engine = new Engine({ profile: null, clock, net, random: predictableRandom(), attended: true })
  await engine.execute('agent.start', {
    listeners: [{ transport: 'udp', address: us.host, port: us.port }],
    behaviour: { kind: 'answer', source: { kind: 'echo' } },
    ...setting,
  })
  net.inject(peer, us, request({ body: sdp() }))
  await settle()
  await clock.advance(10)
  const ok = net.sent.find(({ text }) => text.startsWith('SIP/2.0 200'))!
  const toTag = /^To: .*;tag=(.*)$/m.exec(ok.text)![1]!
  net.inject(peer, us, request({ method: 'ACK', branch: 'z9hG4bKack', toTag }))
  await settle()
  const byes = () => net.sent.filter(({ text }) => text.startsWith('BYE '))
  await clock.advance(((seconds ?? 3600) - 2) * 1000)
  expect(byes()).toEqual([])
  await clock.advance(3000)
  expect(
    byes()[0]
      ?.text.match(/^Reason: .*$/m)?.[0]
      .trim(),
  ).toBe(seconds === null ? undefined : 'Reason: Q.850;cause=102;text="Media timeout"')
  const closing = engine.close()
  await clock.advance(40_000)
  await closing
})
