import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Store } from '../../electron/engine/store/store.ts'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { PcapEncoder } from '../../electron/engine/trace/capture/pcap-write.ts'
import { isoMicros } from '../../shared/base/time.ts'
import { findPeer } from '../harness/install-peers.ts'
import { captureStartUs, invites, pcapOf } from '../harness/capture-files.ts'
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
    await page.getByRole('button', { name: 'Remove …' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('No trunks yet').waitFor()
    const input = page.getByLabel('Trunks to import')
    await input.setInputFiles({ name: 'trunks.json', mimeType: 'application/json', buffer: file })
    await page.getByText(/1 imported; to be set here: the password of telnyx/).waitFor()
    await input.setInputFiles({ name: 'photo.json', mimeType: 'application/json', buffer: Buffer.from('\u0089PNG') })
    await page.getByText(/it is no list of trunks/).waitFor()
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

  it('1,000 calls of a capture are one list, saved like others, there after a reload, gone when closed', async () => {
    const page = await windows.open((await windows.shell()).link, { acceptDownloads: true })
    await screenButton(page, 'Files').click()
    const calls = invites(1000).map((call, i) => ({ ...call, uri: `sip:number${i}@192.0.2.1` }))
    await page
      .getByLabel('Capture', { exact: true })
      .last()
      .setInputFiles({ name: 'busy.pcap', mimeType: 'application/octet-stream', buffer: pcapOf(calls) })
    const list = page.getByRole('listbox', { name: 'Live and past calls' })
    await list.getByText('number0@192.0.2.1').waitFor()
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await list.getByText('number999@192.0.2.1').click()
    await verdict(page).waitFor()
    await page.getByRole('region', { name: 'Message' }).getByText('call-999').first().waitFor()
    await page.getByRole('button', { name: 'Share' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Save pcap', exact: true }).click(),
    ])
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString('latin1')).toMatch(/^[^]{40,100}INVITE sip:number999@(?![^]*INVITE sip)/)

    await page.reload()
    await page.getByRole('region', { name: 'Message' }).getByText('call-999').first().waitFor()
    await list.getByRole('option', { name: /busy\.pcap.*1000 calls/ }).waitFor()
    await screenButton(page, 'Files').click()
    await page.getByRole('article', { name: 'busy.pcap' }).getByRole('button', { name: 'Close' }).click()
    await page.getByText('No capture open').waitFor()
    await screenButton(page, 'Calls').click()
    await page.getByText('No calls yet').waitFor()
  })

  it('a large capture shows its first calls while it is handed over; stopped, it keeps them', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Files').click()
    const path = join(windows.folder(), 'large.pcap')
    const calls = invites(50).map((call, i) => ({ ...call, uri: `sip:number${i}@192.0.2.1` }))
    writeFileSync(path, pcapOf(calls))
    const other = { host: '192.0.2.7', port: 4000 }
    const filler = new PcapEncoder().udp(captureStartUs + 1e6, other, other, new Uint8Array(60_000))
    const megabytes = Buffer.concat(Array.from({ length: 200 }, () => filler))
    for (let i = 0; i < 12; i++) appendFileSync(path, megabytes)
    await page.getByLabel('Capture', { exact: true }).last().setInputFiles(path)
    const list = page.getByRole('listbox', { name: 'Live and past calls' })
    await list.getByText('number0@192.0.2.1').waitFor()
    await list.getByRole('option', { name: /large\.pcap.*reading/ }).waitFor()
    await screenButton(page, 'Files').click()
    await page.getByRole('progressbar', { name: 'Progress' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText(/large\.pcap was read up to packet \d+ only: the reading was stopped/).waitFor()
    await screenButton(page, 'Calls').click()
    await list.getByText('number7@192.0.2.1').click()
    await verdict(page).waitFor()
    await page.getByRole('region', { name: 'Message' }).getByText('call-7').first().waitFor()
  })
})
