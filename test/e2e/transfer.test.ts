import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { Counted } from '../harness/counted.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startAgent } from '../harness/process.ts'
import { dial } from '../harness/states.ts'
import { Windows, verdict } from '../harness/window.ts'

const keep = keepRunning('SIGKILL')
const transfer = (page: Page) => page.getByRole('form', { name: 'Transfer' })
const answered = (page: Page) =>
  verdict(page)
    .getByText(/^(?:answered|two-way audio)$/)
    .waitFor()

describe.skipIf(!findPeer('chromium'))('a transfer', () => {
  const windows = new Windows()

  it('to a URI is asked for by keys alone, and what came of it stays there when the call is over', async () => {
    const target = await keep(startAgent([]))
    const agent = await keep(startAgent(['--follow-refer']))
    const page = await windows.open((await windows.shell()).link)
    const hand = new Counted(page)
    await dial(page, `sip:x@127.0.0.1:${agent.port}`)
    await answered(page)
    await page.evaluate('document.activeElement.blur()')
    await hand.press('x')
    await transfer(page).getByRole('textbox', { name: 'Transfer to' }).waitFor()
    await pageFits(page)
    await hand.type(`sip:bob@127.0.0.1:${target.port}`)
    await hand.press('Enter')
    await transfer(page)
      .getByRole('status')
      .getByText(`Transferred to sip:bob@127.0.0.1:${target.port}: the peer reports 200.`)
      .waitFor()
    await page.getByText('ended by us').waitFor()
    await transfer(page)
      .getByText(/the peer reports 200/)
      .waitFor()
    await pageFits(page)
    expect(hand.clicks).toBe(0)
  })

  it('that is refused says why, and the call goes on', async () => {
    const busy = await keep(startAgent(['--answer', 'reject:486']))
    const agent = await keep(startAgent(['--follow-refer']))
    const page = await windows.open((await windows.shell()).link)
    await dial(page, `sip:x@127.0.0.1:${agent.port}`)
    await answered(page)
    await page.getByRole('button', { name: 'Transfer' }).click()
    await transfer(page).getByRole('textbox', { name: 'Transfer to' }).fill(`sip:bob@127.0.0.1:${busy.port}`)
    await transfer(page).getByRole('button', { name: 'Transfer', exact: true }).click()
    await transfer(page)
      .getByRole('alert')
      .getByText(/transfer failed: the peer reports 486 .*; the call goes on\./)
      .waitFor()
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('ended by us').waitFor()
  })

  it('to the peer of another call puts it in our place there', async () => {
    const target = await keep(startAgent([]))
    const agent = await keep(startAgent(['--follow-refer']))
    const page = await windows.open((await windows.shell()).link)
    await dial(page, `sip:desk@127.0.0.1:${target.port}`)
    await answered(page)
    await dial(page, `sip:x@127.0.0.1:${agent.port}`)
    await page.getByRole('heading', { name: /x@127/ }).first().waitFor()
    await answered(page)
    await page.getByRole('button', { name: 'Transfer' }).click()
    await transfer(page)
      .getByRole('button', { name: `To the call with desk@127.0.0.1:${target.port}` })
      .click()
    await transfer(page).getByText(`Transferred to desk@127.0.0.1:${target.port}: the peer reports 200.`).waitFor()
    // Both of our calls are over: the two peers talk to each other.
    await page.getByText('ended by us').waitFor()
    await page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option', { name: /desk@/ }).click()
    await page.getByText('ended by peer').waitFor()
  })
})
