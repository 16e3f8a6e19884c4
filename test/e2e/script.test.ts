import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { startAgent } from '../harness/process.ts'
import { talking } from '../harness/tone-files.ts'
import { Windows } from '../harness/window.ts'

describe.skipIf(!findPeer('chromium'))('a script in the window', () => {
  const windows = new Windows()

  it('is written, told line by line and stopped; the conversation that it holds is drawn and listed', async () => {
    const folder = windows.folder()
    const tone = join(folder, 'hello.wav')
    talking(tone, 300, 900, 2600, 700, 400, 700)
    const agent = await startAgent(['--answer', tone])
    const page = await windows.open((await windows.shell()).link)
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:x@127.0.0.1:${agent.port}`)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^Options/ }).click()
    const options = page.getByRole('group', { name: 'Options of the call' })
    await options.getByLabel('Script', { exact: true }).first().fill('wait for speech\nsing\n')
    await options.getByText(/Line 2: "sing" is no action/).waitFor()
    await options
      .getByLabel('Script', { exact: true })
      .first()
      .fill('wait for speech\nplay hello.wav\nwait 1000s\nhang up\n')
    await options.getByLabel('Sound hello.wav').setInputFiles(tone)
    await options.getByText('The script plays').waitFor({ state: 'detached' })
    await pageFits(page)
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    const script = page.getByRole('region', { name: 'Script' })
    await script.getByText('2 of 4 lines done').waitFor()
    await script.locator('[aria-current="step"]').getByText('wait 1000s').waitFor()
    const conversation = page.getByRole('region', { name: 'Conversation' })
    await conversation.locator('summary').focus()
    await page.keyboard.press('Enter')
    await conversation
      .getByRole('cell', { name: /^the peer for / })
      .first()
      .waitFor()
    await conversation
      .getByRole('cell', { name: /^this side for / })
      .first()
      .waitFor()
    await pageFits(page)
    await script.getByRole('button', { name: 'Stop the script and hang up' }).click()
    await page.getByText('ended by us').waitFor()
    await script
      .getByText(/line 4|3 of 4|4 of 4/)
      .first()
      .waitFor()
    expect(await script.getByRole('button').count()).toBe(0)
    await agent.stop('SIGTERM')
  })
})
