import { create } from 'zustand'
import type { InspectReport } from '../../shared/contract/report.ts'

/** How far a capture has been opened. */
export type OpenedCapture =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading'; readonly name: string; readonly share: number }
  | { readonly kind: 'failed'; readonly name: string; readonly text: string }
  | { readonly kind: 'open'; readonly name: string; readonly report: InspectReport }

interface FilesState {
  readonly capture: OpenedCapture
  setCapture(capture: OpenedCapture): void
}

/** The capture that is open stays so while other screens are looked at. */
export const useFiles = create<FilesState>((set) => ({
  capture: { kind: 'none' },
  setCapture: (capture) => set({ capture }),
}))
