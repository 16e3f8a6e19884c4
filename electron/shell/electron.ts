import type { ParentPort } from 'electron'
import { openHost, type HostOptions } from './host.ts'
import { openPort } from './window-port.ts'

// The engine in Electron's utility process: each window that opens hands over a port.
const { parentPort } = process as unknown as { parentPort: ParentPort }
const host = openHost(JSON.parse(process.argv[2]!) as HostOptions)

parentPort.on('message', async ({ data, ports: [port] }) => {
  const { engine, hello, attend } = await host
  if (data === 'end') {
    await engine.close()
    process.exit(0)
  }
  if (data !== 'window' || !port) return
  const leave = attend()
  const window = openPort(engine, hello, (message) => port.postMessage(message))
  port.on('message', (event) => window.message(event.data))
  port.on('close', () => {
    window.close()
    leave()
  })
  port.start()
})
