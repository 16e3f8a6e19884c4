import { create } from 'zustand'
import { handOver } from './dial.ts'
import { execute } from './engine.ts'
import { select } from './ui.ts'

/** How far the files that were chosen last have been opened. */
export type Opening =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading'; readonly name: string; readonly share: number }
  | { readonly kind: 'failed'; readonly name: string; readonly text: string }

/** A file that is not larger is opened when all of it was handed over: then it is known whether it is a capture. */
const patientBytes = 16 * 1024 * 1024

interface FilesState {
  readonly opening: Opening
}

export const useFiles = create<FilesState>(() => ({ opening: { kind: 'none' } }))

/**
 * Hands the files over and has them opened as one capture, which is looked at as soon as the first piece of the last
 * file is there.
 */
export async function openCapture(files: readonly File[]): Promise<void> {
  if (files.length === 0) return
  const name = files.map((file) => file.name).join(', ')
  let mine: Opening = { kind: 'reading', name, share: 0 }
  const move = (next: Opening) => useFiles.setState({ opening: (mine = next) })
  const isMine = () => useFiles.getState().opening === mine
  move(mine)
  const handed: string[] = []
  let capture: string | null = null
  const open = async (ids: readonly string[], growing: boolean) => {
    const opened = await execute('capture.open', { files: [...ids], wait: false, growing })
    capture = opened.id
    await showCapture(capture)
  }
  const read = async (id: string) => {
    // Where it was closed meanwhile, nobody wants the rest.
    if (capture !== null) return execute('capture.grown', { id: capture, whole: false }).then(() => {}, stopOpening)
    await open([...handed, id], true)
  }
  try {
    for (const [i, file] of files.entries()) {
      const progress = (share: number) => {
        if (!isMine()) return false
        move({ kind: 'reading', name, share: (i + share) / files.length })
        return true
      }
      const early = i === files.length - 1 && file.size > patientBytes
      const id = await handOver(file, progress, early ? read : undefined)
      if (id === null) break
      handed.push(id)
    }
    if (handed.length === files.length) {
      if (capture === null) await open(handed, false)
      else await execute('capture.grown', { id: capture, whole: true })
    }
    if (isMine()) move({ kind: 'none' })
  } catch (error) {
    if (isMine()) move({ kind: 'failed', name, text: (error as Error).message })
  }
  // What came until then is kept.
  if (capture !== null && handed.length < files.length) await execute('capture.stop', { id: capture }).catch(() => {})
}

/** What is being handed over goes no further. */
export function stopOpening(): void {
  useFiles.setState({ opening: { kind: 'none' } })
}

/** A capture that is being read is read no further. Rejects with a CommandFault. */
export async function stopReading(id: string): Promise<void> {
  stopOpening()
  await execute('capture.stop', { id })
}

/** Looks at an open capture: at what stands first in it, in the list of calls. Rejects with a CommandFault. */
export async function showCapture(id: string): Promise<void> {
  const [first] = await execute('capture.list', { id, limit: 1 })
  if (first) select(first.type === 'call' ? `${id}.${first.id}` : `${id}.${first.type}.0`)
}
