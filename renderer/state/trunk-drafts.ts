import { create } from 'zustand'
import type { StoredTrunk } from '../../shared/contract/commands.ts'
import { headerRow, type HeaderRow } from './ui.ts'

/** The settings of a trunk as they are edited. */
export interface TrunkDraft {
  readonly settings: StoredTrunk
  readonly rows: readonly HeaderRow[]
  /** Empty: the stored one stays. */
  readonly password: string
}

/** What is edited and not saved yet, by the name of the trunk ('' for a new one): it outlives its screen. */
export const useTrunkDrafts = create<{ readonly drafts: ReadonlyMap<string, TrunkDraft> }>(() => ({
  drafts: new Map(),
}))

export function draftOf(trunk: StoredTrunk): TrunkDraft {
  return {
    settings: trunk,
    rows: trunk.headers.map(({ name, value, secret }) => ({ ...headerRow(name, value), ...(secret && { secret }) })),
    password: '',
  }
}

export function keepDraft(name: string, draft: TrunkDraft): void {
  useTrunkDrafts.setState(({ drafts }) => ({ drafts: new Map([...drafts, [name, draft]]) }))
}

export function dropDraft(name: string): void {
  useTrunkDrafts.setState(({ drafts }) => ({ drafts: new Map([...drafts].filter(([known]) => known !== name)) }))
}
