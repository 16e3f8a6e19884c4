import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startAgent } from '../harness/process.ts'
import { Windows, verdict } from '../harness/window.ts'

const keep = keepRunning('SIGKILL')

describe.skipIf(!findPeer('chromium'))('a cause in the window', () => {
  const windows = new Windows()

  it('is proven at a click: both calls stand side by side with what differed', async () => {
    const agent = await keep(startAgent(['--listen', 'udp:127.0.0.1:0', '--encryption', 'required']))
    const page = await windows.open((await windows.shell()).link)
    await page.keyboard.press('Control+l')
    await page.keyboard.type(`sip:x@127.0.0.1:${agent.port}`)
    await page.keyboard.press('Enter')
    await verdict(page).getByRole('button', { name: 'Prove it' }).click()
    const status = verdict(page).getByText(/^Cause proven: media encryption required makes the difference/)
    await status.waitFor({ timeout: 30_000 })
    const row = verdict(page).getByRole('row', { name: /media profile/ })
    expect(await row.getByRole('cell').allTextContents()).toEqual(['media profile', 'RTP/AVP', 'RTP/SAVP'])
    await pageFits(page)
    await verdict(page).getByRole('button', { name: 'Changed', exact: true }).click()
    await page.getByText('ended by us').waitFor()
  })
})
