import { flushSync } from 'react-dom'

/** Draws a change before it returns, so that what the change makes can be focused. */
export const drawAtOnce = (change: () => void): void => flushSync(change)
