import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { Counted } from '../harness/counted.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startAgent } from '../harness/process.ts'
import { Windows, addTrunk, screenButton, verdict } from '../harness/window.ts'

const keep = keepRunning('SIGKILL')

/** The INVITE of the call that is shown, as it was sent. */
async function invite(page: Page): Promise<string> {
  await page
    .getByRole('region', { name: 'Ladder' })
    .getByRole('option', { name: /^1 .*INVITE/ })
    .click()
  const message = page.getByRole('region', { name: 'Message' })
  await message.getByRole('heading', { name: /^1 INVITE/ }).waitFor()
  await message.getByRole('button', { name: 'Raw' }).click()
  return (await message.locator('pre').textContent())!
}

const chosen = (page: Page, what: string) =>
  page
    .getByRole('list', { name: `${what}, the preferred first` })
    .getByRole('listitem')
    .allTextContents()

describe.skipIf(!findPeer('chromium'))('what is offered', () => {
  const windows = new Windows()

  it('has its codecs in an order that is chosen by keys, and the draft keeps it', async () => {
    const agent = await keep(startAgent(['--codecs', 'G722,PCMU']))
    const page = await windows.open((await windows.shell()).link)
    const hand = new Counted(page)
    const options = page.getByRole('group', { name: 'Options of the call' })
    await hand.press('Control+l')
    await hand.type(`sip:x@127.0.0.1:${agent.port}`)
    await page.getByRole('button', { name: /^Options/ }).focus()
    await hand.press('Enter')
    expect(await chosen(page, 'Codecs')).toEqual(['PCMU', 'PCMA'])
    await hand.tabTo(options.getByRole('button', { name: '+ G722' }))
    await hand.press('Enter')
    expect(await chosen(page, 'Codecs')).toEqual(['PCMU', 'PCMA', 'G722'])
    // What was moved keeps the keys, also where it can go no further.
    await hand.tabTo(options.getByRole('button', { name: 'G722 sooner' }), 'Shift+Tab')
    await hand.press('Enter')
    await hand.press('Enter')
    expect(await chosen(page, 'Codecs')).toEqual(['G722', 'PCMU', 'PCMA'])
    await options.getByText('G722 is 1 of 3', { exact: true }).waitFor({ state: 'attached' })
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    expect(await focused()).toBe('G722 later')
    await hand.tabTo(options.getByRole('button', { name: 'Leave out PCMA' }))
    await hand.press('Enter')
    expect(await chosen(page, 'Codecs')).toEqual(['G722', 'PCMU'])
    await pageFits(page)
    await page.reload()
    await page.getByRole('button', { name: /^Options/ }).click()
    expect(await chosen(page, 'Codecs')).toEqual(['G722', 'PCMU'])
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await verdict(page).getByText('answered', { exact: true }).or(verdict(page).getByText('two-way audio')).waitFor()
    expect(await invite(page)).toMatch(/^m=audio \d+ RTP\/AVP 9 0 \d+/m)
    await page.getByRole('button', { name: 'Hang up' }).click()
    // Back to what is usual at a click.
    await page.getByRole('button', { name: /^Options/ }).click()
    await options.getByRole('button', { name: 'Usual', exact: true }).first().click()
    expect(await chosen(page, 'Codecs')).toEqual(['PCMU', 'PCMA'])
    expect(hand.clicks).toBe(0)
  })

  it('never is noise alone, and one codec at least', async () => {
    const page = await windows.open((await windows.shell()).link)
    await page.getByRole('button', { name: /^Options/ }).click()
    const options = page.getByRole('group', { name: 'Options of the call' })
    await options.getByRole('button', { name: '+ CN' }).click()
    await options.getByRole('button', { name: 'Leave out PCMA' }).click()
    expect(await options.getByRole('button', { name: 'Leave out PCMU' }).isDisabled()).toBe(true)
    expect(await options.getByRole('button', { name: 'Leave out CN' }).isDisabled()).toBe(false)
  })

  it('through a trunk has its form of encryption and its suites, and a call may have others', async () => {
    const agent = await keep(startAgent(['--encryption', 'allowed']))
    const page = await windows.open((await windows.shell()).link)
    await addTrunk(page, 'pbx', `127.0.0.1:${agent.port}`)
    await screenButton(page, 'Trunks').click()
    await page.getByRole('button', { name: /^pbx/ }).click()
    const form = page.getByRole('form', { name: 'Trunk settings' })
    await form.getByText('Advanced').click()
    expect(await form.getByLabel('Encryption form').count()).toBe(0)
    await form.getByLabel('Media encryption').selectOption('allowed')
    await form.getByLabel('Encryption form').selectOption('two-lines')
    const suites = form.getByRole('group', { name: 'SRTP suites' })
    await suites.getByRole('button', { name: 'Leave out AES_CM_128_HMAC_SHA1_80' }).click()
    await suites.getByRole('button', { name: 'AEAD_AES_256_GCM sooner' }).click()
    await pageFits(page)
    await form.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => page.getByText('unsaved').count()).toBe(0)
    await page.reload()
    await form.getByLabel('Encryption form').waitFor()
    expect(await chosen(page, 'SRTP suites')).toEqual(['AEAD_AES_256_GCM', 'AES_CM_128_HMAC_SHA1_32'])
    await page.getByRole('button', { name: 'Call through this trunk' }).click()
    await page.keyboard.type('1001')
    await page.keyboard.press('Enter')
    const offer = await invite(page)
    expect(offer.match(/^(?:m=audio|a=crypto:\d+) .*$/gm)?.map((line) => line.split(' ').slice(0, 3))).toEqual([
      ['m=audio', expect.any(String), 'RTP/SAVP'],
      ['a=crypto:1', 'AEAD_AES_256_GCM', expect.any(String)],
      ['a=crypto:2', 'AES_CM_128_HMAC_SHA1_32', expect.any(String)],
      ['m=audio', expect.any(String), 'RTP/AVP'],
    ])
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('ended by us').waitFor()
    await page.getByRole('button', { name: /^Options/ }).click()
    const options = page.getByRole('group', { name: 'Options of the call' })
    await options.getByLabel('Encryption form').selectOption('one-line')
    await options.getByRole('button', { name: 'Leave out AES_CM_128_HMAC_SHA1_32' }).click()
    await pageFits(page)
    await page.getByRole('combobox', { name: 'SIP URI' }).fill('1002')
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await page.getByRole('heading', { name: /1002/ }).first().waitFor()
    const other = await invite(page)
    expect(other.match(/^m=audio/gm)).toHaveLength(1)
    expect(other.match(/^a=crypto:\d+ \S+/gm)).toEqual(['a=crypto:1 AEAD_AES_256_GCM'])
    await page.getByRole('button', { name: 'Hang up' }).click()
  })
})
