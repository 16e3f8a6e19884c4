import { create } from 'zustand'
import { handOver } from './dial.ts'
import { execute } from './engine.ts'

/** How far the files that were chosen last have been opened. */
export type Opening =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading'; readonly name: string; readonly share: number }
  | { readonly kind: 'failed'; readonly name: string; readonly text: string }

interface FilesState {
  readonly opening: Opening
  /** The open capture that is looked at, and the call in it. */
  readonly capture: string | null
  readonly call: string | null
}

export const useFiles = create<FilesState>(() => ({ opening: { kind: 'none' }, capture: null, call: null }))

/** Hands the files over and has them opened as one capture, which is looked at while it is read. */
export async function openCapture(files: readonly File[]): Promise<void> {
  if (files.length === 0) return
  const name = files.map((file) => file.name).join(', ')
  let mine: Opening = { kind: 'reading', name, share: 0 }
  const move = (next: Opening) => useFiles.setState({ opening: (mine = next) })
  move(mine)
  try {
    const handed: string[] = []
    for (const [i, file] of files.entries()) {
      const id = await handOver(file, (share) => {
        if (useFiles.getState().opening !== mine) return false
        move({ kind: 'reading', name, share: (i + share) / files.length })
        return true
      })
      if (id === null) return
      handed.push(id)
    }
    move({ kind: 'reading', name, share: 1 })
    const { id } = await execute('capture.open', { files: handed, wait: false })
    await showCapture(id)
    if (useFiles.getState().opening === mine) move({ kind: 'none' })
  } catch (error) {
    if (useFiles.getState().opening === mine) move({ kind: 'failed', name, text: (error as Error).message })
  }
}

/** What is being handed over goes no further. */
export function stopOpening(): void {
  useFiles.setState({ opening: { kind: 'none' } })
}

/** Looks at an open capture, at its first call. Rejects with a CommandFault. */
export async function showCapture(id: string): Promise<void> {
  const [first] = await execute('capture.calls', { id, limit: 1 })
  useFiles.setState({ capture: id, call: first?.id ?? null })
}

export function selectCaptured(call: string): void {
  useFiles.setState({ call })
}
