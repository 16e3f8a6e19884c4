import { describe, expect, it } from 'vitest'
import { startSipp, answering, headerIs } from '../harness/sipp.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { Windows, ready, screenButton, testCall, verdict } from '../harness/window.ts'
import { pageFits } from '../harness/axe.ts'

const keep = keepRunning('SIGKILL')

describe.skipIf(!findPeer('chromium'))('calls in the window', () => {
  const windows = new Windows()

  it('a first start shows ladder, directions and verdict of a test call in ten seconds, by one click', async () => {
    const page = await windows.open((await windows.shell()).link)
    await page.getByRole('button', { name: 'Place a test call' }).last().click()
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor({ timeout: 10_000 })
    const ladder = page.getByRole('region', { name: 'Ladder' })
    for (const name of [
      /INVITE.*sent/,
      /180 Ringing INVITE.*received/,
      /200 OK INVITE.*received/,
      /ACK.*sent/,
      /RTP PCMU .* to the peer/,
      /RTP PCMU .* from the peer/,
    ])
      await ladder.getByRole('option', { name }).waitFor()
    const media = page.getByRole('region', { name: 'Media' })
    expect(await media.getByText('0.0 %').count()).toBe(2)
    // The hints point at the result, one after the other.
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('button', { name: 'Done' }).click()
    await ladder.getByRole('option', { name: /BYE.*sent/ }).waitFor({ timeout: 10_000 })
    await page.getByText('ended by us').waitFor()
  })

  it('the same by keyboard only, and through the call with J, K, R and the evidence keys', async () => {
    const page = await windows.open((await windows.shell()).link)
    await page.keyboard.press('Control+l')
    await page.keyboard.type('sip:agent@127.0.0.1:5070')
    await page.getByRole('option', { name: 'sip:agent' }).count()
    const uri = await page.getByText('It answers at').textContent()
    await page.keyboard.press('Control+a')
    await page.keyboard.type(/sip:\S+?(?=\.\s)/.exec(uri!)![0])
    await page.keyboard.press('Enter')
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor({ timeout: 10_000 })
    // Keys of a call work where no field has the focus.
    await page.keyboard.press('Escape')
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: /^2 SIP\/2.0 180/ }).waitFor()
    await page.keyboard.press('k')
    await page.getByRole('heading', { name: /^1 INVITE/ }).waitFor()
    await page.keyboard.press('r')
    expect(await page.getByRole('button', { name: 'Raw' }).getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('h')
    await page.getByText('on hold').waitFor()
    await page.keyboard.press('h')
    await page.getByRole('button', { name: 'Hold', exact: true }).waitFor()
    await page.keyboard.press('m')
    await page.getByRole('group', { name: 'Call' }).getByText('muted').waitFor()
    await page.keyboard.press('5')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+e')
    await page.getByText('ended by us').waitFor()
  })

  it('what is wrong with a URI is said under it, with one click to correct it', async () => {
    const page = await windows.open((await windows.shell()).link)
    const uri = page.getByRole('combobox', { name: 'SIP URI' })
    const form = page.getByRole('banner')
    for (const [typed, said, corrected] of [
      ['sip:1 2@example.org', /contains a space/, 'sip:12@example.org'],
      ['bob@example.org', /has no scheme/, 'sip:bob@example.org'],
    ] as const) {
      await uri.fill(typed)
      await form.getByText(said).waitFor()
      await form.getByRole('button', { name: `Use ${corrected}` }).click()
      expect(await uri.inputValue()).toBe(corrected)
      expect(await form.getByRole('alert').count()).toBe(0)
    }
    // However fast: no key is lost.
    const long = `sip:${'0123456789'.repeat(30)}@127.0.0.1:9`
    await uri.fill('')
    await page.keyboard.type(long)
    expect(await uri.inputValue()).toBe(long)
    // With suggestions coming and going too.
    await uri.fill('')
    for (let i = 0; i < 60; i++) {
      await page.keyboard.type('sip:agent')
      for (let n = 0; n < 9; n++) await page.keyboard.press('Backspace')
    }
    expect(await uri.inputValue()).toBe('')
    // Anything at all may be typed there.
    for (const typed of ['\u202e<script>alert(1)</script>', 'sip:%00@[::1', '😀'.repeat(2000), 'sip:بيت@127.0.0.1:9']) {
      await uri.fill(typed)
      await page.keyboard.press('Enter')
      await form.getByRole('alert').first().waitFor()
    }
  })

  it.skipIf(!findPeer('sipp'))(
    'a call to SIPp carries the headers of the editor, byte for byte and in order',
    async () => {
      const sipp = await keep(startSipp({ text: answering({ checks: headerIs('X-CALL-ID', ' a b;c=1') }) }))
      const page = await windows.open((await windows.shell()).link)
      await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:1001@127.0.0.1:${sipp.port}`)
      await page.getByRole('button', { name: /Options/ }).click()
      await page.getByRole('button', { name: '+ X-CALL-ID' }).click()
      await page.keyboard.type('a b;c=1')
      await page.getByText('→ system__call_sid').waitFor()
      await page.getByRole('button', { name: 'Add header' }).click()
      await page.keyboard.type('Via')
      await page
        .getByText(/Via is/)
        .or(page.getByText(/Via:/))
        .or(page.getByRole('alert'))
        .first()
        .waitFor()
      // Several lines at once replace the empty row.
      await page.keyboard.press('Control+a')
      await page.keyboard.press('Delete')
      await page.evaluate(() => {
        const data = new DataTransfer()
        data.setData('text', 'X-Contact-ID: 42\nX-Second: two\r\n')
        document.activeElement!.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        )
      })
      await page.getByText('→ sip_contact_id').waitFor()
      await page.getByRole('button', { name: 'Move X-Second up' }).click()
      await page.getByRole('button', { name: 'Call', exact: true }).click()
      const message = page.getByRole('region', { name: 'Message' })
      await message.getByText('system__call_sid').waitFor()
      const raw = await message
        .getByRole('button', { name: 'Raw' })
        .click()
        .then(() => message.locator('pre').textContent())
      expect(raw).toMatch(/X-CALL-ID: a b;c=1\nX-Second: two\nX-Contact-ID: 42\n/)
      // SIPp sends no RTP: the verdict names the direction within seconds.
      await verdict(page).getByText('one-way audio', { exact: true }).waitFor({ timeout: 10_000 })
      await page.getByRole('option', { name: /no RTP from 127.0.0.1/ }).waitFor()
      // Evidence is a click away, or a key.
      await page.evaluate(() => (document.activeElement as HTMLElement).blur())
      await page.keyboard.press(']')
      await message
        .getByRole('heading', { name: /^4 ACK/ })
        .or(message.getByRole('heading', { name: /^3 SIP\/2.0 200/ }))
        .waitFor()
      await verdict(page)
        .getByRole('button', { name: /^message/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'Hang up' }).click()
      expect(await sipp.done()).toBe(0)
    },
  )

  it.skipIf(!findPeer('sipp'))(
    'an inbound call rings until it is answered by hand, and a second one is refused',
    async () => {
      const page = await windows.open((await windows.shell()).link)
      await screenButton(page, 'Agent').click()
      await page.getByRole('spinbutton', { name: 'Port of listener 1' }).fill('0')
      await page.getByLabel('Inbound calls').first().selectOption({ label: 'Ring until I answer' })
      await page.getByRole('button', { name: 'Apply and start again' }).click()
      await page.getByText('rings until you answer').waitFor()
      const address = await page
        .getByText(/^udp 127\.0\.0\.1:\d+$/)
        .first()
        .textContent()
      const sipp = await keep(startSipp({ builtIn: 'uac' }, [address!.replace('udp ', ''), '-d', '1500']))
      await page.getByText('Incoming call from').waitFor()
      await page.getByRole('button', { name: /^Answer/ }).click()
      await page.getByText('ended by peer').waitFor({ timeout: 20_000 })
      expect(await sipp.done()).toBe(0)
      const second = await keep(startSipp({ builtIn: 'uac' }, [address!.replace('udp ', '')]))
      await page.getByRole('button', { name: 'Refuse', exact: true }).first().click()
      await verdict(page).getByText('two-way').or(page.getByText('refused 486')).first().waitFor()
      expect(await second.done()).toBe(1)
    },
  )

  it('hold, record, DTMF and the exports work on a live call', async () => {
    const page = await windows.open((await windows.shell()).link, {
      acceptDownloads: true,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const uri = /sip:\S+?(?=\.\s)/.exec((await page.getByText('It answers at').textContent())!)![0]
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(uri)
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await page.getByRole('button', { name: 'Record', exact: true }).click()
    await page.getByText('recording', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'DTMF' }).click()
    await page.getByRole('group', { name: 'DTMF' }).getByRole('button', { name: '7' }).click()
    await page.getByRole('button', { name: 'Stop recording' }).click()
    for (const [button, head] of [
      ['Save pcap', '\xd4\xc3\xb2\xa1'],
      ['Save JSON', '{'],
      ['Save HTML report', '<!doctype html>'],
      ['Save recording', 'RIFF'],
    ] as const) {
      await page.getByRole('button', { name: 'Share' }).click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: button, exact: true }).click(),
      ])
      const chunks: Buffer[] = []
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
      expect(Buffer.concat(chunks).toString('latin1').toLowerCase().startsWith(head.toLowerCase()), button).toBe(true)
    }
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByRole('menuitem', { name: 'Copy as command' }).click()
    await page.getByText('The command is copied.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`ringback call ${uri}`)
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('ended by us').waitFor()
    await pageFits(page)
  })

  it('search finds past calls by a header, and a call of an earlier run opens from the history', async () => {
    const shell = await windows.shell()
    const first = await windows.open(shell.link)
    await testCall(first)
    await shell.stop('SIGTERM')
    const page = await windows.open((await windows.shell({ profile: shell.profile })).link)
    const filter = page.getByRole('searchbox', { name: 'Filter calls' })
    await page.getByText('2 calls').waitFor()
    await filter.fill('x-call-id: test-call')
    await page.getByText('2 calls').waitFor()
    await filter.fill('no such thing anywhere')
    await page.getByText('No call fits').waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option').first().click()
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor()
    await ready(page)
  })
})
