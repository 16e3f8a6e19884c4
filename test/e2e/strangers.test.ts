import type { Page } from 'playwright'
import { afterEach, describe, expect, it } from 'vitest'
import { Stranger, closeStrangers, responseText } from '../harness/attack.ts'
import { findPeer } from '../harness/install-peers.ts'
import { Windows, agentPort, ready, screenButton, verdict } from '../harness/window.ts'

/** A text as its bytes in UTF-8, one a character. */
const bytesOf = (text: string) => Buffer.from(text).toString('latin1')

describe.skipIf(!findPeer('chromium'))('what strangers send to the agent of a window', () => {
  const windows = new Windows()
  afterEach(closeStrangers)

  it('is shown as text: markup, NUL, 200 headers, 60 KB, right-to-left names, emoji', async () => {
    const page = await windows.open((await windows.shell()).link)
    const port = await agentPort(page)
    const stranger = await Stranger.open('127.0.0.1')
    const invite = (callId: string, from: string, header: string, body = '') =>
      stranger.request({
        callId,
        from: bytesOf(from),
        extra: `${header}\r\nContent-Type: multipart/mixed;boundary=b\r\n`,
        body,
      })
    const headers = Array.from({ length: 200 }, (_, i) => `X-Header-${i}: value ${i}`).join('\r\n')
    for (const text of [
      invite(
        'arabic',
        '"مساعد <img src=x onerror=alert(1)>" <sip:arabic@127.0.0.1>',
        'X-Html: <script>document.title="broken"</script>',
      ),
      invite('emoji', '"📞 Ring 👩‍💻" <sip:emoji@127.0.0.1>', headers),
      invite('large', '<sip:large@127.0.0.1>', `X-Long: ${'l'.repeat(8192)}`, '\u0000<b>body</b>\u0000'.repeat(3000)),
    ]) {
      stranger.send(text, port)
      await stranger.until(new RegExp(`^SIP/2\\.0 [\\s\\S]*^${/^Call-ID: \w+/m.exec(text)![0]}`, 'm'))
    }
    const rows = page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option')
    for (const name of ['arabic@127.0.0.1', 'emoji@127.0.0.1', 'large@127.0.0.1']) {
      await rows.filter({ hasText: name }).first().click()
      const message = page.getByRole('region', { name: 'Message' })
      await message.getByRole('button', { name: 'Raw' }).click()
      await message.getByText(`Call-ID: ${name.split('@')[0]}`).waitFor()
      await message.getByRole('button', { name: 'Parts' }).click()
    }
    expect(await page.title()).toBe('Ringback')
    expect(await hiddenIn(page)).toEqual([])
    expect(await page.locator('.message img, .message script, .message b b').count()).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })

  it('hides nothing: escapes, bidi, zero widths are text on every screen, in titles too', async () => {
    const evil = bytesOf('\u202e\u2066\u200b\ufeff\u001b]0;x\u0007\u001b[31m\u0085')
    // With an escape in From it were refused before it is a call.
    const name = bytesOf('\u202e\u2066\u200b\ufeff\u0085')
    const page = await windows.open((await windows.shell()).link)
    const stranger = await Stranger.open('127.0.0.1')
    stranger.send(
      stranger.request({
        callId: 'evil',
        from: `"Display${name}" <sip:evil${name}@127.0.0.1>`,
        extra: `X-${evil}: ${evil}\r\nX-Evil: ${evil}\r\nSubject: ${evil}\r\n`,
        body:
          `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=${evil}\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n` +
          `m=audio 9 RTP/AVP 0 96\r\na=rtpmap:96 EVIL${evil}/8000\r\na=x-${evil}:${evil}\r\n`,
      }),
      await agentPort(page),
    )
    // A callee that refuses with such a phrase.
    const said = `Reason: Q.850;cause=17;text="${evil}"\r\nWarning: 399 x "${evil}"\r\n`
    stranger.hear = ({ text, fromPort }) => {
      if (text.startsWith('INVITE ')) stranger.send(responseText(text, `486 Busy${evil}`, said), fromPort)
    }
    const rows = page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option')
    await rows.filter({ hasText: 'Display' }).first().click()
    const messages = page.getByRole('listbox', { name: /messages and streams/ })
    const message = page.getByRole('region', { name: 'Message' })
    const look = async () => {
      for (let n = 0; n < (await messages.getByRole('option').count()); n++) {
        await messages.getByRole('option').nth(n).click()
        for (const view of ['Raw', 'Parts']) {
          await message.getByRole('button', { name: view }).click()
          expect(await hiddenIn(page)).toEqual([])
        }
      }
    }
    await look()
    await message.getByText('‹U+202E›').first().waitFor()
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:x@127.0.0.1:${stranger.port}`)
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await verdict(page).getByText(/486/).first().waitFor()
    await look()
    await messages.getByRole('option', { name: /486/ }).click()
    await message.getByText('Busy‹U+202E›').first().waitFor()
    for (const screen of ['Trunks', 'Agent', 'Files', 'Settings', 'Calls']) {
      await screenButton(page, screen).click()
      await page
        .getByRole('heading', { level: 1, name: screen === 'Trunks' ? /trunk/i : screen })
        .first()
        .waitFor({ state: 'attached' })
      expect(await hiddenIn(page)).toEqual([])
    }
  })

  it('is limited as the settings say, which are kept, and what was refused is shown', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Settings').click()
    const field = page.getByLabel('Calls at once', { exact: true })
    await field.fill('0')
    await page.getByText('a whole number from 1 to 20,000 is needed').waitFor()
    await field.fill('1')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.reload()
    await ready(page)
    await screenButton(page, 'Settings').click()
    expect(await field.inputValue()).toBe('1')
    const port = await agentPort(page)
    const stranger = await Stranger.open('127.0.0.1')
    for (const callId of ['a', 'b', 'c']) stranger.send(stranger.request({ callId }), port)
    await page
      .locator('.limits')
      .getByText(/2 refused: as many calls as allowed are under way/)
      .waitFor()
  })
})

/** Characters that no text of the page may have: those that cannot be seen and change what can. */
function hiddenIn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // A joiner of emoji (U+200D) stands where it joins two.
    const hidden =
      /[\0-\t\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/
    const found: string[] = []
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const texts =
        node instanceof Element
          ? node.getAttributeNames().map((name) => (node as Element).getAttribute(name)!)
          : [node.textContent ?? '']
      for (const text of texts)
        if (hidden.test(text)) found.push(`${node.nodeName}: ${JSON.stringify(text.slice(0, 100))}`)
    }
    return found
  })
}
