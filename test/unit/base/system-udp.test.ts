import { describe, expect, it } from 'vitest'
import { bindUdp, localAddressFor, ownAddresses } from '../../../electron/engine/base/system-udp.ts'

describe('a socket of datagrams', () => {
  it('has no local address towards where none can be sent to', async () => {
    await expect(localAddressFor('255.255.255.255')).rejects.toThrow('EACCES')
    expect(await localAddressFor('127.0.0.1')).toBe('127.0.0.1')
  })

  it('tells of port 0 and goes on', async () => {
    const heard: string[] = []
    const socket = await bindUdp('127.0.0.1', 0, {
      message: (bytes) => void heard.push(Buffer.from(bytes).toString()),
      error: () => {},
    })
    const send = (text: string, port: number) =>
      new Promise((resolve) => socket.send(Buffer.from(text), '127.0.0.1', port, resolve))
    socket.connect({ host: '127.0.0.1', port: 0 })
    expect(await send('a', 0)).toEqual(new Error('nothing can be sent to port 0'))
    expect(await send('b', socket.local.port)).toBeNull()
    await expect.poll(() => heard).toEqual(['b'])
    socket.close()
  })

  it('at all addresses is asked where none of ours at one of them is, and shares its port with no other', async () => {
    const heard: string[] = []
    const events = (place: string) => ({ message: () => void heard.push(place), error: () => {} })
    const all = await bindUdp('0.0.0.0', 0, events('all'), { sharesPort: true })
    const { port } = all.local
    await expect(bindUdp('0.0.0.0', port, events('other'), { sharesPort: true })).rejects.toThrow('EADDRINUSE')
    const one = await bindUdp('127.0.0.1', port, events('one'), { sharesPort: true })
    await expect(bindUdp('127.0.0.1', port, events('other'))).rejects.toThrow('EADDRINUSE')
    const client = await bindUdp('127.0.0.1', 0, events('client'))
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      client.send(Buffer.from('x'), host, port)
      await expect.poll(() => heard.length).toBe(host === '127.0.0.1' ? 1 : 2)
    }
    expect(heard).toEqual(['one', 'all'])
    for (const socket of [all, one, client]) socket.close()
  })

  it('can be bound to each address of this computer', () => {
    expect(ownAddresses()).toContain('127.0.0.1')
  })
})
