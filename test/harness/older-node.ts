import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An older Node: there the launcher hands over to a process of its own. Undefined on a machine that has none. */
export const olderNode = (process.env['PATH'] ?? '')
  .split(':')
  .concat('/usr/local/bin', '/usr/bin')
  .map((path) => join(path, 'node'))
  .find(
    (path) =>
      existsSync(path) && Number(/^v(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[1]) < 24,
  )
if (!olderNode) process.stderr.write('SKIPPED: what the launcher does on an older Node needs one\n')

/** Whether a process runs: of one that has ended and waits to be collected nothing is left. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat[stat.lastIndexOf(')') + 2] !== 'Z'
  } catch {
    return false
  }
}
