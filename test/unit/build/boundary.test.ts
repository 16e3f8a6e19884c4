import { describe, expect, it } from 'vitest'
import { boundaryFaults, rawCallbacks } from '../../../build/boundary.ts'

const faults = (source: string, file = 'electron/engine/x.ts') => rawCallbacks(file, source)

describe('the check of boundaries', () => {
  it.each([
    "socket.on('message', (bytes) => take(bytes))",
    "socket.on(\n  'data', (bytes) => take(bytes))",
    "socket.once('close', this.close)",
    "server.prependListener('connection', accept)",
    'socket.on(name, take)',
    'socket.on(`data`, take)',
    "port.addEventListener('message', take)",
    "worker.on('anything', () => { take() })",
    'setTimeout(() => take(), 5)',
    'setTimeout(take, 5)',
    'const t = setInterval(take)',
    'setImmediate(async () => take())',
    'process.nextTick(take)',
    'queueMicrotask(take)',
    'socket.setTimeout(500, () => take())',
    "process.on('SIGTERM', end)",
    'const server = createServer(take)',
    "const s = createSocket('udp4')",
    'new Worker(file)',
    'new WebSocketServer({})',
    'spawn(file)',
    '  void begin()',
    '  void this.#end().then(go)',
    'work(); socket.on("data", take)',
  ])('finds %s', (source) => {
    expect(faults(source).length).toBeGreaterThan(0)
    expect(faults(`first()\n\n${source}`)[0]).toMatch(/^electron\/engine\/x\.ts:[34] \S/)
  })

  it.each([
    "socket.on('message', boundary.guard('datagram', (bytes) => take(bytes)))",
    "socket.on('message', this.#boundary.guard('datagram', take))",
    "socket.on('data',\n  own.guard('segment', take))",
    "socket.on('error', () => {})",
    "call.events.on('state', (state) => take(state))",
    "call.events.on('acknowledged', acknowledged)",
    "const failed = boundary.guard('listen', take)\nserver.once('error', failed)",
    'await new Promise((resolve) => setTimeout(resolve, 50))',
    "server.once('error', reject)",
    'clock.after(5, () => take())',
    "setTimeout(boundary.guard('timer', take), 5)",
    "// socket.on('data', take)",
    '/** setTimeout(take)\n * void take() */',
    '  void begin().catch(() => {})',
    'const take = () => void begin()',
    'server.setTimeout(500)',
    "server.off('error', failed)",
    'clearTimeout(timer)',
  ])('lets %s be', (source) => {
    expect(faults(source)).toEqual([])
  })

  it('leaves the files alone that are named with a reason', () => {
    expect(faults("socket.on('data', take)", 'electron/engine/base/system-stream.ts')).toEqual([])
    expect(faults("socket.on('data', take)", 'electron/engine/base/system-stream.ts.ts').length).toBe(1)
    expect(faults("socket.on('data', take)", 'electron/cli/x.ts')).toEqual([])
  })

  it('finds nothing in the product', () => {
    expect(boundaryFaults()).toEqual([])
  })
})
