import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { invites, pcapOf } from '../harness/capture-files.ts'
import { captures } from '../harness/fixtures.ts'
import { findPeer } from '../harness/install-peers.ts'
import { openFile } from '../harness/states.ts'
import { Windows, ready, screenButton, testCall, verdict } from '../harness/window.ts'

const ladder = (page: Page) => page.getByRole('region', { name: 'Ladder' })
const message = (page: Page) => page.getByRole('region', { name: 'Message' })
const list = (page: Page) => page.getByRole('listbox', { name: 'Live and past calls' })

describe.skipIf(!findPeer('chromium'))('the list of calls', () => {
  const windows = new Windows()

  it('has the calls of a capture too, groups legs, and filters by fields that are chips', async () => {
    const page = await windows.open((await windows.shell()).link)
    await testCall(page)
    await list(page)
      .getByRole('option', { name: /the other leg/ })
      .waitFor()
    await openFile(page, { name: 'three.pcap', buffer: pcapOf(invites(3)) })
    await list(page)
      .getByRole('option', { name: /three\.pcap.*3 calls/ })
      .waitFor()
    const filter = page.getByRole('searchbox', { name: 'Filter calls' })
    await filter.fill('dir:seen')
    await page.getByText('3 calls', { exact: true }).first().waitFor()
    await filter.fill('dir:in verdict:two-way')
    await page.getByText('1 call', { exact: true }).waitFor()
    await page.getByRole('button', { name: /^verdict:two-way/ }).click()
    expect(await filter.inputValue()).toBe('dir:in')
    await filter.fill('agent@')
    await list(page).locator('mark').first().waitFor()
    await page.getByLabel('Sort calls by').selectOption('length')
    await pageFits(page)
  })

  it('has legs with Call-IDs of their own under one another, and each page leads to the other leg', async () => {
    const page = await windows.open((await windows.shell()).link)
    const calls = invites(2).map((call, i) => (i === 1 ? { ...call, extra: 'X-CID: call-0\n' } : call))
    await openFile(page, { name: 'legs.pcap', buffer: pcapOf(calls) })
    await list(page)
      .getByRole('option', { name: /the other leg/ })
      .waitFor()
    const legs = page.getByRole('region', { name: 'Other legs' })
    await legs.getByText(/certain: .*X-CID of call 2/).waitFor()
    await legs.getByRole('button', { name: 'call 2' }).click()
    await legs.getByText(/its X-CID is the Call-ID of call 1/).waitFor()
    await legs.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('region', { name: 'Two calls compared' }).waitFor()
  })

  it('is a drawer where there is no room beside the call, and opens for the filter', async () => {
    const page = await windows.open((await windows.shell()).link, { viewport: { width: 760, height: 600 } })
    await testCall(page)
    expect(await list(page).isVisible()).toBe(false)
    await page.getByRole('button', { name: 'All calls' }).click()
    await list(page).getByRole('option').first().click()
    expect(await list(page).isVisible()).toBe(false)
    await page.keyboard.press('/')
    await page.getByRole('searchbox', { name: 'Filter calls' }).waitFor()
    await pageFits(page)
  })

  it.skipIf(captures() === null)(
    'has what of a capture is no call: a refused registration, with its ladder',
    async () => {
      const page = await windows.open((await windows.shell()).link)
      await openFile(page, { name: 'auth.pcapng', buffer: readFileSync(join(captures()!, 'sip-auth-failure.pcapng')) })
      await verdict(page).getByText('refused', { exact: true }).waitFor()
      await verdict(page).getByText('Cause').waitFor()
      await ladder(page).getByRole('option', { name: /403/ }).click()
      await message(page).getByRole('heading', { name: /403/ }).waitFor()
      await pageFits(page)
      await page.reload()
      await ready(page)
      await message(page).getByRole('heading', { name: /403/ }).waitFor()
    },
  )

  it('opens a capture that is dropped on any screen', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Trunks').click()
    const bytes = [...pcapOf(invites(1))]
    await page.evaluate((content) => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(content)], 'dropped.pcap'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }, bytes)
    await verdict(page).waitFor()
    await list(page)
      .getByRole('option', { name: /dropped\.pcap/ })
      .waitFor()
  })
})
