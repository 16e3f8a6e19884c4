import { closeSync, openSync, readSync, statSync } from 'node:fs'

const pieceBytes = 64 * 1024

/**
 * A file that is read whole, or a pipe to its end; 0 is standard input. Throws the system error, and EFBIG for more
 * than `most` bytes: a device may never end.
 */
export function readSmall(path: string | 0, most: number): Buffer {
  const fd = path === 0 ? 0 : openSync(path, 'r')
  try {
    const pieces: Buffer[] = []
    for (let length = 0; ;) {
      const piece = Buffer.alloc(pieceBytes)
      const got = readSync(fd, piece, 0, pieceBytes, null)
      if (got === 0) return Buffer.concat(pieces, length)
      length += got
      if (length > most) throw fault('EFBIG', `it has more than ${most} bytes`)
      pieces.push(piece.subarray(0, got))
    }
  } finally {
    if (path !== 0) closeSync(fd)
  }
}

/** The same for a file that we have written: a pipe in its place is not waited for. Throws NOT_A_FILE then. */
export function readOwn(path: string, most: number): Buffer {
  checkIsFile(path)
  return readSmall(path, most)
}

/** Throws NOT_A_FILE for a pipe or a device in the place of a file of ours; folders fail by themselves. */
export function checkIsFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && !found.isFile() && !found.isDirectory())
    throw fault('NOT_A_FILE', 'it is a pipe or a device, a file is needed')
}

const fault = (code: string, text: string) => Object.assign(new Error(text), { code })
