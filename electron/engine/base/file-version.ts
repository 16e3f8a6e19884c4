import type { Stats } from 'node:fs'

/** Of a file: another text when it was written to, or replaced. */
export function fileVersion({ dev, ino, size, mtimeMs }: Stats): string {
  return `${dev} ${ino} ${size} ${mtimeMs}`
}
