import { describe, expect, it } from 'vitest'
import { bindUdp, localAddressFor } from '../../../electron/engine/base/system-udp.ts'

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
})
