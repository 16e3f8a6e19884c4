import type { Locator } from 'playwright'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startAgent } from '../harness/process.ts'
import { Windows, addTrunk, agentPort, screenButton, verdict } from '../harness/window.ts'

const keep = keepRunning('SIGTERM')

describe.skipIf(!findPeer('chromium'))('the trunks', () => {
  const windows = new Windows()

  it('begin with the provider, ask for what is the customer’s own, and mark what is wrong at its field', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Trunks').click()
    const form = page.getByRole('form', { name: 'Trunk settings' })
    await form.getByLabel('Provider').selectOption('LiveKit')
    // The caret stands before the part that the provider gives.
    await page.keyboard.type('my-project')
    expect(await form.getByLabel('Address').inputValue()).toBe('my-project.sip.livekit.cloud')
    expect(await form.getByLabel('Transport').inputValue()).toBe('tcp')
    await page.getByText('LiveKit grants').waitFor()
    await form.getByLabel('Name', { exact: true }).fill('my trunk')
    await form.getByText(/letters, digits and \. _ - and no spaces/).waitFor()
    await pageFits(page)
    await form.getByLabel('Name', { exact: true }).fill('')
    await page.keyboard.press('Enter')
    await form.getByText('digest authentication needs a user name').waitFor()
    expect(await form.getByLabel('User name').evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.type('alice')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'livekit', exact: true }).waitFor()
  })

  it('keep what is edited and not saved while another screen is looked at', async () => {
    const page = await windows.open((await windows.shell()).link)
    await addTrunk(page, 'desk', '192.0.2.1')
    await screenButton(page, 'Trunks').click()
    await page.getByRole('button', { name: /^desk/ }).click()
    await page.getByLabel('Caller ID').fill('+15550100')
    await screenButton(page, 'Calls').click()
    await screenButton(page, 'Trunks').click()
    await page.getByText('unsaved changes', { exact: true }).waitFor()
    await page.getByRole('button', { name: /^desk/ }).click()
    expect(await page.getByLabel('Caller ID').inputValue()).toBe('+15550100')
    await pageFits(page)
    await page.getByRole('button', { name: 'Discard changes' }).click()
    expect(await page.getByLabel('Caller ID').inputValue()).toBe('')
  })

  it('are removed after asking, by keyboard, and called through by one button', async () => {
    const page = await windows.open((await windows.shell()).link)
    await addTrunk(page, 'desk', `127.0.0.1:${await agentPort(page)}`)
    await screenButton(page, 'Trunks').click()
    await page.getByRole('button', { name: /^desk/ }).click()
    await page.getByRole('button', { name: 'Call through this trunk' }).click()
    expect(await page.locator('#dial-trunk').inputValue()).toBe('desk')
    await page.keyboard.type('1001')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /^1 INVITE sip:1001@127/ }).waitFor()
    await page.keyboard.press('Control+e')
    await screenButton(page, 'Trunks').click()
    await page.getByRole('button', { name: /^desk/ }).click()
    await page.getByRole('button', { name: 'Remove …' }).click()
    const ask = page.getByRole('alertdialog', { name: 'Remove desk' })
    await pageFits(page)
    // The harmless answer has the focus.
    await page.keyboard.press('Enter')
    expect(await ask.count()).toBe(0)
    await page.getByRole('button', { name: 'Remove …' }).click()
    await ask.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('No trunks yet').waitFor()
  })

  it('take eight clicks and sixty keys at most, with credentials, a header and the call', async () => {
    const agent = await keep(startAgent(['--user', 'alice', '--password-env', 'PW'], { PW: 'geheim' }))
    const page = await windows.open((await windows.shell()).link)
    let [clicks, keys] = [0, 0]
    const click = async (target: Locator) => {
      clicks++
      await target.click()
    }
    const type = async (text: string) => {
      keys += text.length
      await page.keyboard.type(text)
    }
    const form = page.getByRole('form', { name: 'Trunk settings' })
    await click(screenButton(page, 'Trunks'))
    await click(form.getByLabel('Address'))
    await type(`127.0.0.1:${agent.port}`)
    await click(form.getByLabel('User name'))
    await type('alice')
    await click(form.getByLabel('Password'))
    await type('geheim')
    await click(form.getByRole('button', { name: '+ X-CALL-ID' }))
    await type('42')
    await click(form.getByRole('button', { name: 'Add trunk' }))
    await click(page.getByRole('button', { name: 'Call through this trunk' }))
    await type('+1 999 123 4567')
    await page.keyboard.press('Enter')
    keys++
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor({ timeout: 10_000 })
    expect(clicks).toBeLessThanOrEqual(8)
    expect(keys).toBeLessThanOrEqual(60)
    await page.getByRole('button', { name: 'Hang up' }).click()
  })
})
