import { describe, expect, it } from 'vitest'
import { Boundary, faultText, type Fault } from '../../../electron/engine/base/boundary.ts'
import { Emitter } from '../../../electron/engine/base/emitter.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

function bench() {
  const faults: Fault[] = []
  return { faults, boundary: new Boundary((fault) => void faults.push(fault)) }
}

const boom = () => {
  throw new Error('boom')
}

describe('the boundary to the outside', () => {
  it('catches what a callback throws, names the place and goes on', () => {
    const { boundary, faults } = bench()
    const seen: number[] = []
    const callback = boundary.guard('datagram', (n: number) => (n === 2 ? boom() : seen.push(n)))
    for (const n of [1, 2, 3]) callback(n)
    expect(seen).toEqual([1, 3])
    expect(faults.map(faultText)).toEqual(['datagram: boom'])
    expect(boundary.counts.get('datagram')).toBe(1)
  })

  it('catches what a promise is rejected with', async () => {
    const { boundary, faults } = bench()
    boundary.run('answer', async () => {
      await Promise.resolve()
      boom()
    })
    await settle()
    expect(faults.map(({ place }) => place)).toEqual(['answer'])
  })

  it('tells the boundary of the call first and counts in the one around it too', () => {
    const { boundary, faults } = bench()
    const own: Fault[] = []
    boundary.within((fault) => void own.push(fault)).run('timer', boom)
    expect([own.length, faults.length, boundary.counts.get('timer')]).toEqual([1, 1, 1])
  })

  it('goes on when even the one who is told throws', () => {
    const boundary = new Boundary(boom)
    expect(() => boundary.run('timer', boom)).not.toThrow()
  })

  it('keeps timers and datagrams from ending anything', async () => {
    const { boundary, faults } = bench()
    const clock = new VirtualClock()
    const net = new MemoryNet()
    boundary.clock(clock).after(10, boom)
    const socket = await boundary.net(net).bindUdp('192.0.2.1', 5060, { message: boom, error: () => {} })
    net.inject({ host: '192.0.2.9', port: 1 }, socket.local, 'x')
    await clock.advance(10)
    expect(faults.map(({ place }) => place)).toEqual(['datagram', 'timer'])
    socket.close()
  })

  it('lets every listener of an event hear of it, whatever one of them throws', () => {
    const events = new Emitter<{ state: number }>()
    const heard: number[] = []
    events.on('state', boom)
    events.on('state', (state) => void heard.push(state))
    expect(() => events.emit('state', 1)).toThrow('boom')
    expect(heard).toEqual([1])
  })
})
