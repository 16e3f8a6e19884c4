import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './process.ts'

/** The window as `npm start` builds it. */
export default function buildWindow(): void {
  execFileSync(process.execPath, [join(root, 'build/window.ts'), '--if-stale'], { cwd: root, stdio: 'inherit' })
}
