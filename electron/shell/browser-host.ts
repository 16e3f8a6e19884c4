import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { explainError } from '../engine/base/errors.ts'
import { isAlive } from '../engine/base/is-alive.ts'
import { sweepTemporary } from '../engine/base/temporary.ts'
import { BrowserShell } from './browser.ts'
import type { FromHost, ToHost } from './host-messages.ts'
import { openHost, type Host } from './host.ts'
import { sayingBoundary, spanLastNet } from './last-net.ts'
import { otherShell, tellOthers } from './neighbour.ts'

// The engine and the page of the browser shell, in a process of its own: start.ts restarts it when it dies. Ends
// when its parent lets go.
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    exact: { type: 'boolean', default: false },
    profile: { type: 'string' },
    version: { type: 'string' },
    notice: { type: 'string', multiple: true, default: [] },
    debug: { type: 'string', default: '' },
  },
})

/** Nothing that hangs keeps this process when its parent is gone. */
const patienceMs = 8000
const windowEndsMs = 3000
const say = (message: FromHost) => process.send?.(message)
const boundary = sayingBoundary()
let host: Host | null = null
let shell: BrowserShell | null = null
let window: Extract<ToHost, { type: 'window' }> | null = null
let ending = false

async function close(): Promise<void> {
  shell?.close()
  await host?.engine.close()
}

async function end(code: number): Promise<void> {
  if (ending) return
  ending = true
  closeWindow()
  setTimeout(
    boundary.guard('end timer', () => process.exit(code)),
    patienceMs,
  )
  await close()
  await removeFolder()
  process.exit(code)
}

/** The parent closes the window that it opened; one that was killed cannot. */
function closeWindow(): void {
  try {
    if (window) process.kill(window.pid)
  } catch {
    // It is closed.
  }
}

async function removeFolder(): Promise<void> {
  if (!window) return
  // A browser that is ending still writes into it.
  for (let waitedMs = 0; isAlive(window.pid) && waitedMs < windowEndsMs; waitedMs += 50)
    await new Promise((resolve) => setTimeout(resolve, 50))
  try {
    rmSync(window.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  } catch {
    // The next start removes it.
  }
}

function hear(message: ToHost): void {
  if (message.type === 'link') say({ type: 'link', link: shell!.link(message.lifeMs) })
  else if (message.type === 'revoke') shell!.revoke()
  else window = message
}

spanLastNet(close)
// Ctrl+C and the end of a terminal reach this process too: the parent decides, and lets go when it is gone.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.on(
  'SIGTERM',
  boundary.guard('signal', () => end(0)),
)
process.once(
  'disconnect',
  boundary.guard('parent', () => end(0)),
)
try {
  sweepTemporary()
  const other = await otherShell(values.profile!)
  host = await openHost(
    {
      profile: values.profile!,
      version: values.version!,
      notices: other === null ? values.notice : [...values.notice, other],
      debug: values.debug,
    },
    boundary,
  )
  const { attend } = host
  const seen = () => {
    say({ type: 'window' })
    return attend()
  }
  shell = new BrowserShell({ ...host, attend: seen }, join(import.meta.dirname, '../../dist/renderer'), boundary)
  const port = await shell.listen(Number(values.port), values.exact)
  if (host.hello.profile !== null) tellOthers(host.hello.profile, port)
  process.on('message', boundary.guard('parent', hear))
  say({ type: 'ready', port, notices: host.hello.notices })
} catch (error) {
  say({ type: 'failed', text: explainError(error) })
  await end(3)
}
