import { useEffect, useState } from 'react'
import { create } from 'zustand'

/** Something that a person can do now: keys, menus and the palette read the same list. */
export interface Action {
  readonly id: string
  readonly name: string
  /** What it belongs to: `Call`, `Window`, `Screen` … */
  readonly group: string
  /** `key`: the one that was pressed. Keys stand in the table of keys, by the id. */
  run(key?: string): Promise<unknown> | void
}

export interface Said {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'fault'
  readonly undo: (() => void) | null
}

interface ActionsState {
  readonly actions: ReadonlyMap<object, readonly Action[]>
  /** What was said last at the foot of the window; it goes by itself. */
  readonly said: readonly Said[]
}

export const useRegistry = create<ActionsState>(() => ({ actions: new Map(), said: [] }))

/** Registers what can be done while the component is shown. */
export function useActions(actions: readonly Action[]): void {
  const [owner] = useState(() => ({}))
  const shape = actions.map(({ id, name }) => `${id} ${name}`).join('\n')
  useEffect(() => {
    latest.set(owner, actions)
  })
  useEffect(() => {
    const proxies = actions.map((action): Action => ({
      ...action,
      // As it is when it is run, not as it was when it was registered.
      run: (key) => (latest.get(owner)?.find(({ id }) => id === action.id) ?? action).run(key),
    }))
    useRegistry.setState(({ actions: known }) => ({ actions: new Map([...known, [owner, proxies]]) }))
    return () =>
      useRegistry.setState(({ actions: known }) => ({
        actions: new Map([...known].filter(([other]) => other !== owner)),
      }))
  }, [owner, shape])
}

const latest = new WeakMap<object, readonly Action[]>()

/** Everything that can be done now, what was registered last first. */
export const allActions = (): Action[] => [...useRegistry.getState().actions.values()].toReversed().flat()

/** Runs an action, at once; what goes wrong is said at the foot of the window. */
export async function perform(action: Action, key?: string): Promise<void> {
  try {
    await action.run(key)
  } catch (error) {
    say((error as Error).message, 'fault')
  }
}

/** Runs the action of that name, where it can be done now. */
export function run(id: string): void {
  const action = allActions().find((known) => known.id === id)
  if (action) void perform(action)
}

let lastSaid = 0
const saidMs = 6000

/** Says something at the foot of the window for a moment, with a way back where there is one. */
export function say(text: string, tone: Said['tone'] = 'plain', undo: (() => void) | null = null): void {
  const id = ++lastSaid
  useRegistry.setState(({ said }) => ({ said: [...said.slice(-2), { id, text, tone, undo }] }))
  setTimeout(() => unsay(id), saidMs)
}

export function unsay(id: number): void {
  useRegistry.setState(({ said }) => ({ said: said.filter((one) => one.id !== id) }))
}
