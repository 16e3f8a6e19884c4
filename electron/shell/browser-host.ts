import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { explainError } from '../engine/base/errors.ts'
import { BrowserShell } from './browser.ts'
import { openHost, type Host } from './host.ts'

// The engine and the page of the browser shell, in a process of its own: start.ts begins it anew when it dies. Ends when its parent lets go.
const { values } = parseArgs({ options: { port: { type: 'string' }, exact: { type: 'boolean', default: false }, profile: { type: 'string' }, version: { type: 'string' }, notice: { type: 'string', multiple: true, default: [] }, debug: { type: 'string', default: '' } } })
const say = (message: object) => process.send?.(message)

// Ctrl+C in a terminal reaches this process too: the parent decides.
process.on('SIGINT', () => {})

async function end(code: number): Promise<never> {
  shell?.close()
  await host?.engine.close()
  process.exit(code)
}

let host: Host | null = null
let shell: BrowserShell | null = null
process.once('disconnect', () => void end(0))
try {
  host = await openHost({ profile: values.profile!, version: values.version!, notices: values.notice, debug: values.debug })
  shell = new BrowserShell(host, join(import.meta.dirname, '../../dist/renderer'))
  const port = await shell.listen(Number(values.port), values.exact)
  say({ type: 'ready', port, link: shell.link(), notices: host.hello.notices })
  process.on('message', () => say({ type: 'link', link: shell!.link() }))
} catch (error) {
  say({ type: 'failed', text: explainError(error) })
  await end(3)
}
