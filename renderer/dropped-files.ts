import { useEffect, useState } from 'react'
import { openCapture } from './state/files.ts'
import { show } from './state/ui.ts'

/** A capture that is dropped anywhere in the window is opened. Whether files are over it now. */
export function useDroppedFiles(): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const files = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const on = <Name extends 'dragover' | 'dragleave' | 'drop'>(name: Name, heard: (event: DragEvent) => void) => {
      const listener = (event: DragEvent) => {
        if (!files(event)) return
        event.preventDefault()
        heard(event)
      }
      document.addEventListener(name, listener)
      return () => document.removeEventListener(name, listener)
    }
    const ends = [
      on('dragover', () => setOver(true)),
      on('dragleave', (event) => event.relatedTarget === null && setOver(false)),
      on('drop', (event) => {
        setOver(false)
        show('files')
        void openCapture([...event.dataTransfer!.files])
      }),
    ]
    return () => ends.forEach((end) => end())
  }, [])
  return over
}
