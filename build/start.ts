import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

// `npm start`: builds the window where a source is newer, then is the shell itself, so that what ends npm's child ends
// the shell.
const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'window.ts'), '--if-stale'], {
  stdio: 'inherit',
})
if (status === 0) await import('../electron/shell/start.ts')
else process.exitCode = 3
