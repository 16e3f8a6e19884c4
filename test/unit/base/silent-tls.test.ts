import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { errorCode, explainError } from '../../../electron/engine/base/errors.ts'
import { connectTls } from '../../../electron/engine/base/system-stream.ts'

it('a port that takes connections and never answers a TLS handshake is said to be one for TCP perhaps', async () => {
  const taken: Socket[] = []
  const server = createServer((socket) => void taken.push(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connecting = connectTls(
    { host: '127.0.0.1', port },
    { localAddress: null, timeoutMs: 250, serverName: 'localhost', ca: null, insecure: false, identity: null },
  )
  const fault: unknown = await connecting.then(
    () => null,
    (error: unknown) => error,
  )
  server.close()
  for (const socket of taken) socket.destroy()
  expect(errorCode(fault)).toBe('ERR_TLS_HANDSHAKE_TIMEOUT')
  expect(explainError(fault)).toBe('the TLS handshake was not answered: the port may be one for TCP without TLS')
})
