import { describe, expect, it } from 'vitest'
import { IceAgent, type IceOptions } from '../../../electron/engine/media/transport/dtls/ice.ts'
import {
  attributes,
  errorCodeOf,
  isFrom,
  mappedAddress,
  parseStun,
  writeStun,
} from '../../../electron/engine/media/transport/dtls/stun.ts'
import type { Address } from '../../../shared/base/address.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const a: Address = { host: '192.0.2.1', port: 4000 }
const b: Address = { host: '192.0.2.2', port: 5000 }
const nowhere: Address = { host: '192.0.2.3', port: 6000 }
const ours = { ufrag: 'ours', pwd: 'password of ours 123456' }
const theirs = { ufrag: 'theirs', pwd: 'password of theirs 1234' }

interface Side {
  readonly agent: IceAgent
  readonly selected: Address[]
  readonly failed: string[]
  readonly garbage: Address[]
  readonly sent: Buffer[]
}

/** Two agents with a path between them that loses what `lost` says. */
function both(
  more: Partial<Record<'a' | 'b', Partial<IceOptions>>> = {},
  lost: (to: Address) => boolean = () => false,
) {
  const clock = new VirtualClock()
  const sides: Partial<Record<'a' | 'b', Side>> = {}
  const side = (name: 'a' | 'b', options: IceOptions): Side => {
    const [own, other] = name === 'a' ? [a, 'b' as const] : [b, 'a' as const]
    const [selected, failed, garbage, sent]: [Address[], string[], Address[], Buffer[]] = [[], [], [], []]
    const agent = new IceAgent(clock, predictableRandom(name === 'a' ? 1 : 2), options, {
      send: (bytes, to) => {
        sent.push(Buffer.from(bytes))
        const there = to.port === (other === 'b' ? b : a).port
        if (there && !lost(to))
          clock.after(5, () => void (sides[other]!.agent.receive(bytes, own) || sides[other]!.garbage.push(own)))
      },
      selected: (to) => void selected.push(to),
      failed: (text) => void failed.push(text),
    })
    return (sides[name] = { agent, selected, failed, garbage, sent })
  }
  side('a', { local: ours, remote: theirs, candidates: [b], controlling: true, ...more.a })
  side('b', { local: theirs, remote: ours, candidates: [a], controlling: false, ...more.b })
  return { clock, a: sides.a!, b: sides.b! }
}

describe('two sides that speak ICE', () => {
  it('find each other, and both use what the one that offered has chosen', async () => {
    const { clock, a: one, b: other } = both({ a: { candidates: [nowhere, b] } })
    one.agent.begin()
    other.agent.begin()
    await clock.advance(1000)
    expect([one.selected, other.selected]).toEqual([[b], [a]])
    expect([...one.garbage, ...other.garbage]).toEqual([])
  })

  it('find each other where one knows no address of the other, and that one may not try any yet', async () => {
    const { clock, a: one, b: other } = both({ b: { candidates: [] } })
    one.agent.begin()
    await clock.advance(1000)
    expect([one.selected, other.selected]).toEqual([[b], [a]])
  })

  it.each([true, false])('settle who decides where both think the same of it (%s)', async (controlling) => {
    const { clock, a: one, b: other } = both({ a: { controlling }, b: { controlling } })
    one.agent.begin()
    other.agent.begin()
    await clock.advance(3000)
    expect([one.selected, other.selected]).toEqual([[b], [a]])
  })

  it('send nothing to addresses that a description names before the peer is known', async () => {
    const { clock, a: one } = both()
    await clock.advance(5000)
    expect(one.sent).toEqual([])
  })

  it('give up in time where nothing comes, with a bounded number of checks, and say so', async () => {
    const { clock, a: one } = both({ a: { candidates: [nowhere] } })
    one.agent.begin()
    await clock.advance(60_000)
    expect(one.failed).toEqual([expect.stringMatching(/^ICE found no way .* 30 s: nothing came .*192\.0\.2\.3:6000/)])
    expect(one.sent.length).toBeLessThan(30)
  })

  it('say that the peer, which decides, chose no address', async () => {
    const { clock, b: other } = both({ a: { controlling: false } }, (to) => to === nowhere)
    const quiet = both({ a: { controlling: true } })
    quiet.a.agent.close()
    other.agent.close()
    const agent = quiet.b.agent
    // It asks, and never says which.
    for (let i = 0; i < 10; i++) {
      agent.receive(
        writeStun('request', Buffer.alloc(12, i), [[attributes.username, Buffer.from('theirs:ours')]], theirs.pwd),
        a,
      )
      await quiet.clock.advance(4000)
    }
    expect(quiet.b.failed).toEqual([
      expect.stringMatching(/8 checks of its own came, and the peer, which decides, chose none/),
    ])
    await clock.advance(1)
  })

  it('send no longer to who no longer agrees to it', async () => {
    let cut = false
    const { clock, a: one } = both({}, () => cut)
    one.agent.begin()
    await clock.advance(20_000)
    expect(one.failed).toEqual([])
    cut = true
    await clock.advance(40_000)
    expect(one.failed).toEqual([expect.stringMatching(/192\.0\.2\.2:5000 has not answered .* for 30 s/)])
  })
})

describe('what comes to an agent of ICE from elsewhere', () => {
  const request = (password: string, username = 'theirs:ours') =>
    writeStun('request', Buffer.alloc(12, 7), [[attributes.username, Buffer.from(username)]], password)

  it('is garbage without the password, with another name, as an answer that nobody asked for, or broken', async () => {
    const { b: other } = both()
    const whole = request(theirs.pwd)
    const broken = [
      request('a guess'),
      request(theirs.pwd, 'other:ours'),
      writeStun(
        'success',
        Buffer.alloc(12),
        [[attributes.mappedAddress, mappedAddress(a, Buffer.alloc(12))]],
        ours.pwd,
      ),
      whole.subarray(0, 30),
      Buffer.alloc(20),
      Buffer.concat([whole.subarray(0, -1), Buffer.from([whole.at(-1)! ^ 1])]),
      Buffer.alloc(0),
    ]
    expect(broken.map((bytes) => other.agent.receive(bytes, nowhere))).toEqual(broken.map(() => false))
    expect(other.sent).toEqual([])
    expect(other.agent.knows(nowhere)).toBe(false)
  })

  it('is answered with where it came from, where it has the password', () => {
    const { b: other } = both()
    other.agent.receive(request(theirs.pwd), a)
    const answer = parseStun(other.sent[0]!)!
    expect([answer.kind, isFrom(theirs.pwd, answer), errorCodeOf(answer)]).toEqual(['success', true, null])
    expect(answer.attributes.get(attributes.mappedAddress)).toEqual(mappedAddress(a, Buffer.alloc(12, 7)))
  })

  it('makes no more than a few addresses known, however many know the password', () => {
    const { b: other } = both()
    for (let port = 1; port < 200; port++) other.agent.receive(request(theirs.pwd), { host: '192.0.2.9', port })
    expect(other.agent.knows({ host: '192.0.2.9', port: 199 })).toBe(false)
  })
})

describe('a message of STUN', () => {
  it('is read as RFC 5769 2.1 writes it', () => {
    const bytes = Buffer.from(
      '000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932f' +
        'f9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf',
      'hex',
    )
    const message = parseStun(bytes)!
    expect(message.kind).toBe('request')
    expect(message.attributes.get(attributes.username)!.toString()).toBe('evtj:h6vY')
    expect(isFrom('VOkJxbRl1RmTxUk/WvJxBt', message)).toBe(true)
    expect(isFrom('VOkJxbRl1RmTxUk/WvJxBs', message)).toBe(false)
  })

  it('is none with any byte changed but those that say that the last attribute is a checksum', () => {
    const whole = writeStun('request', Buffer.alloc(12), [[attributes.username, Buffer.from('a:b')]], 'x')
    for (let at = 0; at < whole.length; at++) {
      if (at === whole.length - 8 || at === whole.length - 7) continue
      for (const value of [0, 1, 127, 255]) {
        const bytes = Buffer.from(whole)
        bytes[at] = value
        if (!bytes.equals(whole)) expect(parseStun(bytes)).toBeNull()
      }
    }
  })
})
