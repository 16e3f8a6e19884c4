import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

/** Folders of a test file, removed after each test. */
export function temporaryFolders(): () => string {
  const folders: string[] = []
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })))
  return () => {
    folders.push(mkdtempSync(join(tmpdir(), 'ringback-test-')))
    return folders.at(-1)!
  }
}
