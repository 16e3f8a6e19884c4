import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Store } from '../../electron/engine/store/store.ts'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { isoMicros } from '../../shared/base/time.ts'
import { findPeer } from '../harness/install-peers.ts'
import { pastCall } from '../harness/past-calls.ts'
import { Windows, screenButton, verdict } from '../harness/window.ts'

describe.skipIf(!findPeer('chromium'))('very much', () => {
  const windows = new Windows()

  it('10,000 past calls are one list from the first to the last, found by a header of one of them', async () => {
    const profile = join(windows.folder(), 'profile')
    const store = new Store(profile, systemClock)
    const now = systemClock.nowUs()
    for (let i = 0; i < 10_000; i++) {
      store.addCall(
        pastCall(`past${i}`, {
          to: `sip:number${i}@192.0.2.1`,
          raw: `INVITE sip:x SIP/2.0\r\nX-Contact-ID: contact-${i}-end\r\n`,
          startedAt: isoMicros(now - (10_000 - i) * 60e6),
        }),
      )
      if (i % 500 === 499) store.flush()
    }
    store.close()
    const page = await windows.open((await windows.shell({ profile })).link)
    await page.getByText('10,000 calls').waitFor()
    const list = page.getByRole('listbox', { name: 'Live and past calls' })
    await list.getByText('number9999@192.0.2.1').waitFor()
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await list.getByText('number0@192.0.2.1').waitFor()
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2))
    await list
      .getByText(/number(49|50)\d\d@192/)
      .first()
      .waitFor()
    await page.getByRole('searchbox', { name: 'Filter calls' }).fill('x-contact-id: contact-1234-end')
    await page.getByText('1 call', { exact: true }).waitFor()
    await list.getByText('number1234@192.0.2.1').click()
    await verdict(page).waitFor()
  })

  it('a URI of 300 characters is dialled and shown whole where it is asked for', async () => {
    const page = await windows.open((await windows.shell()).link)
    const uri = `sip:${'long-identifier-'.repeat(18)}@127.0.0.1:9`
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(uri)
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Message' }).getByRole('button', { name: 'Raw' }).click()
    expect(await page.getByRole('region', { name: 'Message' }).locator('pre').textContent()).toContain(
      `INVITE ${uri} SIP/2.0`,
    )
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  it('trunks go to a file without their passwords, and come back from it; what is no such file is said', async () => {
    const page = await windows.open((await windows.shell()).link, { acceptDownloads: true })
    await screenButton(page, 'Trunks').click()
    const form = page.getByRole('form', { name: 'Trunk settings' })
    await form.getByLabel('Name', { exact: true }).fill('telnyx')
    await form.getByLabel('Address').fill('sip.telnyx.example')
    await form.getByLabel('User name').fill('alice')
    await form.getByLabel('Password').fill('streng geheim')
    await form.getByRole('button', { name: 'Add trunk' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export without passwords' }).click(),
    ])
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    const file = Buffer.concat(chunks)
    expect(JSON.parse(file.toString())).toMatchObject({ trunks: [{ name: 'telnyx', user: 'alice' }] })
    expect(file.toString()).not.toMatch(/geheim|hasPassword/)
    await page.getByRole('button', { name: 'telnyx' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('No trunks yet').waitFor()
    const input = page.getByLabel('Trunks to import')
    await input.setInputFiles({ name: 'trunks.json', mimeType: 'application/json', buffer: file })
    await page.getByText(/1 imported; passwords are not in such files/).waitFor()
    await input.setInputFiles({ name: 'photo.json', mimeType: 'application/json', buffer: Buffer.from('\u0089PNG') })
    await page.getByText(/photo.json is not a list of trunks/).waitFor()
    await input.setInputFiles({
      name: 'bad.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"trunks":[{"name":"a b","address":"x"}]}'),
    })
    await page.getByText(/a trunk name has letters/).waitFor()
  })

  it('a capture that is none, and one that is cut off, are named with the file', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Files').click()
    const input = page.getByLabel('Capture', { exact: true }).last()
    await input.setInputFiles({
      name: 'holiday.pcap',
      mimeType: 'application/octet-stream',
      buffer: Buffer.alloc(3_000_000, 0x55),
    })
    await page
      .getByText(/holiday\.pcap/)
      .first()
      .waitFor()
    await page.getByRole('alert').waitFor()
    await input.setInputFiles({ name: 'empty.pcap', mimeType: 'application/octet-stream', buffer: Buffer.alloc(0) })
    await page
      .getByText(/empty\.pcap/)
      .first()
      .waitFor()
    await page.getByRole('alert').waitFor()
  })
})
