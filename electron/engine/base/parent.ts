import { execFileSync } from 'node:child_process'
import { isAlive } from './is-alive.ts'

const lookMs = 500

/**
 * Calls back when npm, which runs this process for a person, is gone: it may be killed without a word to what it runs.
 * Whoever is begun without it may be let go on purpose (nohup) and goes on.
 */
export function whenOrphaned(then: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const parent = process.ppid
  const above = aboveShell(parent)
  const watch = setInterval(() => {
    if (process.ppid === parent && isAlive(parent) && (above === null || isAlive(above))) return
    clearInterval(watch)
    then()
  }, lookMs)
  watch.unref()
}

/**
 * npm runs scripts by a shell, which does not end with it: the process above that; null where there is no shell
 * between.
 */
function aboveShell(pid: number): number | null {
  try {
    const [above = '', name = ''] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/)
    return /(?:^|\/)-?(?:da|ba|z|a)?sh$/.test(name) && Number(above) > 1 ? Number(above) : null
  } catch {
    return null
  }
}
