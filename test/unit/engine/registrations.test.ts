import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Feed } from '../../../electron/engine/feed.ts'
import { StationPool } from '../../../electron/engine/stations/station-pool.ts'
import { Stations } from '../../../electron/engine/stations/stations.ts'
import { Profile } from '../../../electron/engine/store/profile.ts'
import { Registrations } from '../../../electron/engine/trunks/registrations.ts'
import { initialLimits } from '../../../shared/model/budgets.ts'
import { registerSchema } from '../../../shared/contract/commands.ts'
import { header } from '../../../shared/wire/sip/message.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { noLogs } from '../../../electron/engine/base/log.ts'
import { openBoundary } from '../../harness/boundary.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

const clock = new VirtualClock()
const net = new MemoryNet()
const random = predictableRandom()
const { boundary } = openBoundary()
const transport = {
  localAddress: null,
  tlsCa: null,
  tlsInsecure: false,
  tlsIdentity: null,
  contactRewrite: false,
  nameServers: null,
}
let stations: StationPool
let registrations: Registrations

beforeEach(() => {
  const dns = { naptr: async () => [], srv: async () => [], addresses: async () => [] }
  stations = new StationPool(
    new Stations(
      { clock, net, random, boundary, dns, dnsOf: () => dns, logs: noLogs, limits: () => initialLimits },
      { traceChanged: () => {}, limitReached: () => {} },
    ),
    () => {},
  )
  const feed = new Feed(clock, boundary, { keys: () => [], changes: () => [], figures: () => {} })
  registrations = new Registrations({ clock, random, feed, profile: new Profile(null), stations })
})
afterEach(() => stations.close())

describe('a registration', () => {
  it.each([
    ['alice@corp.example', 'alice%40corp.example'],
    ['al ice', 'al%20ice'],
    ['+15550100', '+15550100'],
  ])('of the user %s names it %s in every address, so that each is one address', async (user, escaped) => {
    registrations.start(registerSchema.parse({ address: '192.0.2.99', user, transport: 'udp' }))
    await settle()
    const register = parseSip(net.sent.at(-1)!.bytes)
    if (register.kind === 'unreadable') throw new Error(register.text)
    expect(register.problems).toEqual([])
    for (const key of ['from', 'to']) expect(header(register, key)).toContain(`<sip:${escaped}@192.0.2.99>`)
    expect(header(register, 'contact')).toContain(`<sip:${escaped}@192.0.2.1:`)
  })

  it('leaves nothing behind in the journal of its station when it is forgotten', async () => {
    registrations.start(registerSchema.parse({ address: '192.0.2.99', user: 'alice', transport: 'udp' }))
    await settle()
    const register = parseSip(net.sent.at(-1)!.bytes)
    if (register.kind === 'unreadable') throw new Error(register.text)
    const { callId } = messageIds(register)
    const station = stations.with(transport)
    expect(station.trace(callId!)!.messages).toHaveLength(1)
    const left = registrations.leave('192.0.2.99')
    await clock.advance(32_000)
    await left
    expect(registrations.keys()).toEqual([])
    await clock.advance(32_000)
    expect(station.trace(callId!)).toBeUndefined()
  })
})
