import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { Counted } from '../harness/counted.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startAgent } from '../harness/process.ts'
import { dial } from '../harness/states.ts'
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

  it('that nobody named is chosen and tried: any one thing of the call, by keys alone', async () => {
    const agent = await keep(startAgent(['--listen', 'udp:127.0.0.1:0', '--allow', '127.0.0.2/32']))
    const page = await windows.open((await windows.shell()).link)
    await dial(page, `sip:x@127.0.0.1:${agent.port}`)
    await verdict(page).getByText('refused 403').waitFor()
    const hand = new Counted(page)
    await hand.press('Control+k')
    await page.getByRole('combobox', { name: 'Do or open' }).waitFor()
    await hand.type('another cause')
    await hand.press('Enter')
    const form = page.getByRole('form', { name: 'Another cause' })
    await form.getByLabel('Change').focus()
    await hand.type('Local')
    await hand.tabTo(form.getByLabel('To', { exact: true }))
    await hand.press('Control+a')
    await hand.type('127.0.0.2')
    await pageFits(page)
    await hand.tabTo(form.getByRole('button', { name: 'Prove it' }))
    await hand.press('Enter')
    await form
      .getByText(/^Cause proven: 127\.0\.0\.2 as the local address makes the difference/)
      .waitFor({ timeout: 30_000 })
    for (const what of ['Codecs', 'Headers that stay', 'Number', 'Packet time', 'Credentials', 'Media encryption']) {
      await form.getByLabel('Change').selectOption(what)
      await pageFits(page)
    }
    expect(hand.clicks).toBe(0)
  })

  it('of credentials asks for them where none are stored, and keeps none', async () => {
    const agent = await keep(
      startAgent(['--listen', 'udp:127.0.0.1:0', '--user', 'alice', '--password-env', 'PW'], { PW: 'geheim' }),
    )
    const page = await windows.open((await windows.shell()).link)
    await dial(page, `sip:x@127.0.0.1:${agent.port}`)
    await verdict(page).getByLabel('User name of the proof').fill('alice')
    await verdict(page).getByLabel('Password of the proof').fill('geheim')
    await pageFits(page)
    await verdict(page).getByRole('button', { name: 'Prove it' }).click()
    await verdict(page)
      .getByText(/^Cause proven: digest credentials/)
      .waitFor({ timeout: 30_000 })
    const rows = verdict(page).getByRole('row', { name: /^(?:caller ID|digest credentials)/ })
    expect(await rows.allTextContents()).toEqual([expect.stringContaining('digest credentials')])
  })
})
