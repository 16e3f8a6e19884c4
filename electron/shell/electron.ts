import type { ParentPort } from 'electron'
import { sweepTemporary } from '../engine/base/temporary.ts'
import { openHost, type HostOptions } from './host.ts'
import { sayingBoundary, spanLastNet } from './last-net.ts'
import { openPort } from './window-port.ts'

// The engine in Electron's utility process: each window that opens hands over a port.
const { parentPort } = process as unknown as { parentPort: ParentPort }
const boundary = sayingBoundary()
sweepTemporary()
const host = openHost(JSON.parse(process.argv[2]!) as HostOptions, boundary)

async function close(): Promise<void> {
  await (await host).engine.close()
}

async function end(): Promise<void> {
  await close()
  process.exit(0)
}

spanLastNet(close)
process.on('SIGTERM', boundary.guard('signal', end))
parentPort.on(
  'message',
  boundary.guard('parent', async ({ data, ports: [port] }: Electron.MessageEvent) => {
    const { engine, hello, attend } = await host
    if (data === 'end') return end()
    if (data !== 'window' || !port) return
    const leave = attend()
    const own = boundary.within(() => port.close())
    const window = openPort(engine, hello, own, (message) => port.postMessage(message))
    port.on(
      'message',
      own.guard('window message', (event: Electron.MessageEvent) => window.message(event.data)),
    )
    port.on(
      'close',
      boundary.guard('window close', () => {
        window.close()
        leave()
      }),
    )
    port.start()
  }),
)
