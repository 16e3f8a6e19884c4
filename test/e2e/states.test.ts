import { describe, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { states } from '../harness/states.ts'
import { Windows } from '../harness/window.ts'

describe.skipIf(!findPeer('chromium'))('every state', () => {
  const windows = new Windows()

  it('has no axe violation, to the engine that is gone', { timeout: 300_000 }, async () => {
    const shell = await windows.shell()
    const page = await windows.open(shell.link, { reducedMotion: 'reduce' })
    await states(page, shell, () => pageFits(page))
  })
})
