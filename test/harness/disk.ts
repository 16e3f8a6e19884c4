import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

/** A file system of its own, small: only root can have one. */
export interface Disk {
  readonly path: string
  /** Until not a byte is left. */
  fill(): void
  empty(): void
  readOnly(): void
}

export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mountWorks()

function mountWorks(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'ringback-disk-'))
  const works = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path]).status === 0
  if (works) spawnSync('umount', [path])
  rmdirSync(path)
  return works
}

/** Small disks of a test file, unmounted after each test. */
export function smallDisks(): (size: string) => Disk {
  const mounted: string[] = []
  afterEach(() => {
    for (const path of mounted.splice(0)) {
      spawnSync('umount', ['-l', path])
      rmdirSync(path)
    }
  })
  return (size) => {
    const path = mkdtempSync(join(tmpdir(), 'ringback-disk-'))
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    mounted.push(path)
    const filler = join(path, 'filler')
    return {
      path,
      fill() {
        const fd = openSync(filler, 'a')
        try {
          for (const bytes of [64 * 1024, 4096, 1]) fillWith(fd, Buffer.alloc(bytes))
        } finally {
          closeSync(fd)
        }
      },
      empty: () => rmSync(filler),
      readOnly: () => void spawnSync('mount', ['-o', 'remount,ro', path]),
    }
  }
}

function fillWith(fd: number, bytes: Buffer): void {
  try {
    while (writeSync(fd, bytes) === bytes.length);
  } catch {
    // Full.
  }
}
