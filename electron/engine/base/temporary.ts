import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from './is-alive.ts'

const ours = /^ringback-(?:files|window)-(\d{1,10})-/

/**
 * A folder that only this user reads. Its name carries the process that owns it, so that a later start can remove what
 * a killed one left.
 */
export function temporaryFolder(kind: 'files' | 'window'): string {
  return mkdtempSync(join(tmpdir(), `ringback-${kind}-${process.pid}-`))
}

/** Removes the folders of this user whose processes are gone. What cannot be removed stays. */
export function sweepTemporary(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(ours.exec(name)?.[1])
    if (!pid || isAlive(pid)) continue
    const folder = join(tmpdir(), name)
    try {
      const { uid } = lstatSync(folder)
      if (process.getuid === undefined || uid === process.getuid()) rmSync(folder, { recursive: true, force: true })
    } catch {
      // It was removed meanwhile, or it is in use.
    }
  }
}
