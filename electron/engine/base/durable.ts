import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, parse, resolve } from 'node:path'
import { errorCode, explainError, machine, type RingbackError } from './errors.ts'
import { isAlive } from './is-alive.ts'

// What Ringback writes is for its owner only: files 0600, folders 0700, whatever the umask.
const fileMode = 0o600
const folderMode = 0o700
/** A file that is being written beside the one it will replace: the process, and chance. */
const beside = /^\.ringback-(\d{1,10})-[0-9a-f]{16}\.part$/

/** Pieces of a file, in order. */
export type Content = string | Uint8Array | Iterable<string | Uint8Array>

/** The sentence for a file that could not be written: its path, the cause, the remedy. */
export function notWritten(path: string, error: unknown): RingbackError {
  return machine(`cannot write ${path}: ${explainError(error)}; ${remedyOf(error)}`, error)
}

function remedyOf(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'make room, or choose another place'
    case 'ENOENT':
    case 'ENOTDIR':
      return 'make the folder first, or choose another place'
    default:
      return 'choose another place'
  }
}

/**
 * Writes a file whole or not at all: beside, synced, renamed into place. A link is followed; what is no plain file (a
 * pipe, a device) is written to as it is. Throws RingbackError (machine); the file is then as it was.
 */
export function writeWhole(path: string, content: Content): void {
  let part: string | null = null
  try {
    const target = linked(path)
    const known = statSync(target, { throwIfNoEntry: false })
    if (known?.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' })
    if (known && !known.isFile()) return intoFile(openSync(target, 'w'), content, false)
    part = join(dirname(target), `.ringback-${process.pid}-${randomBytes(8).toString('hex')}.part`)
    intoFile(openSync(part, 'wx', fileMode), content, true)
    renameSync(part, target)
  } catch (error) {
    if (part !== null) rmSync(part, { force: true })
    throw notWritten(path, error)
  }
}

function linked(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function intoFile(fd: number, content: Content, sync: boolean): void {
  try {
    for (const piece of typeof content === 'string' || content instanceof Uint8Array ? [content] : content)
      writeAll(fd, piece)
    if (sync) {
      fchmodSync(fd, fileMode)
      fsyncSync(fd)
    }
  } finally {
    closeSync(fd)
  }
}

/** Every byte, at `position` or where the file stands. Throws the system error, with what fitted written. */
export function writeAll(fd: number, content: string | Uint8Array, position: number | null = null): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  for (let done = 0; done < bytes.length;)
    done += writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done)
}

/** Opens a file that grows (a recording, a capture), empty, for its owner only. Throws the system error. */
export function openGrowing(path: string): number {
  const fd = openSync(path, 'w', fileMode)
  if (fstatSync(fd).isFile()) tighten(() => fchmodSync(fd, fileMode))
  return fd
}

/** That a file which is to grow can be made, before anything else is done. Throws RingbackError (machine). */
export function checkGrowing(path: string): void {
  try {
    closeSync(openGrowing(path))
  } catch (error) {
    throw notWritten(path, error)
  }
}

/** Makes a folder for its owner only; one that exists stays as it is. Throws RingbackError (machine). */
export function makeFolder(path: string, withParents: boolean): void {
  try {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
      mkdirSync(path, { recursive: withParents, mode: folderMode })
  } catch (error) {
    throw machine(`cannot use the folder ${path}: ${explainError(error)}; ${remedyOf(error)}`, error)
  }
}

/**
 * Closes a file or folder of ours to others, where it is ours to close: not a shared folder, the home folder or a root.
 * Says nothing.
 */
export function closeToOthers(path: string): void {
  tighten(() => {
    const { uid, mode } = statSync(path)
    const folder = statSync(path).isDirectory()
    if ((mode & 0o077) === 0 || uid !== process.getuid?.()) return
    if (folder && ((mode & 0o1000) !== 0 || resolve(path) === parse(resolve(path)).root || resolve(path) === homedir()))
      return
    chmodSync(path, folder ? folderMode : fileMode)
  })
}

function tighten(run: () => void): void {
  try {
    run()
  } catch {
    // Not there, or not ours: it stays as it is.
  }
}

/** Removes what a write that was cut off has left in a folder; says nothing. */
export function removeLeftovers(folder: string): void {
  tighten(() => {
    for (const name of readdirSync(folder)) {
      const writer = Number(beside.exec(basename(name))?.[1])
      // One of this process's number is of an earlier process that had it.
      if (writer && (writer === process.pid || !isAlive(writer))) rmSync(join(folder, name), { force: true })
    }
  })
}
