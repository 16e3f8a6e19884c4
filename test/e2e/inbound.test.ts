import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { ringback } from '../harness/process.ts'
import { Windows, agentPort, byHand, screenButton, verdict } from '../harness/window.ts'

const keep = keepRunning('SIGKILL')
const call = (port: number, profile: string, ...more: string[]) =>
  keep(
    Promise.resolve(
      ringback(['call', `sip:desk@127.0.0.1:${port}`, '--display', 'Ann', ...more], { RINGBACK_PROFILE: profile }),
    ),
  )

describe.skipIf(!findPeer('chromium'))('a call that comes in', () => {
  const windows = new Windows()

  it('rings, stands in the title and beside the window, and is answered by one key', async () => {
    const page = await windows.open((await windows.shell()).link, { permissions: ['notifications'] })
    const port = await byHand(page)
    await page.evaluate(() => {
      const heard = { tones: 0, told: '' }
      Object.assign(window, { heard })
      const { start } = OscillatorNode.prototype
      OscillatorNode.prototype.start = function (...args) {
        heard.tones++
        return start.apply(this, args)
      }
      document.hasFocus = () => false
      const Shown = Notification
      window.Notification = new Proxy(Shown, {
        construct(target, [title, options]: [string, NotificationOptions]) {
          heard.told = `${title}: ${options.body}`
          return new target(title, options)
        },
      })
    })
    const caller = await call(port, windows.folder(), '--duration', '2')
    await page.getByText('Incoming call from').waitFor()
    await expect.poll(() => page.title()).toBe('☎ Ann calls – Ringback')
    const heard = await page.evaluate(() => (window as never as { heard: { tones: number; told: string } }).heard)
    expect(heard.tones).toBeGreaterThan(0)
    expect(heard.told).toBe('Incoming call: Ann calls')
    await pageFits(page)
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.keyboard.press('a')
    await verdict(page).waitFor()
    await expect.poll(() => page.title()).toBe('Ringback')
    expect((await caller.finished).code).toBe(0)
  })

  it('is shown by the agent with the variables of its headers and the digits that come', async () => {
    const page = await windows.open((await windows.shell()).link)
    const port = await agentPort(page)
    await screenButton(page, 'Agent').click()
    const headers = ['-H', 'X-CALL-ID: 42', '-H', 'X-Contact-ID: 7', '-H', 'X-Api-Key: geheim']
    const caller = await call(port, windows.folder(), ...headers, '--dtmf', '12#', '--duration', '60')
    await page.getByRole('heading', { name: 'Calls now' }).waitFor()
    await page.getByRole('cell', { name: 'system__call_sid' }).waitFor()
    await page.getByRole('cell', { name: 'sip_contact_id' }).waitFor()
    expect(await page.getByText('geheim').count()).toBe(0)
    await page.getByText('Digits received 12#').waitFor()
    await pageFits(page)
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByRole('region', { name: 'Ladder' }).waitFor()
    await page.getByRole('button', { name: 'Hang up' }).click()
    await caller.finished
  })
})

describe.skipIf(!findPeer('chromium'))('a first start', () => {
  const windows = new Windows()

  it('has a minute with a fault: the refusal, its evidence, one change, and two-way audio', async () => {
    const page = await windows.open((await windows.shell()).link, {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await pageFits(page)
    await page.getByRole('button', { name: 'Copy its URI' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^sip:agent@127\.0\.0\.1:\d+$/)
    await page.getByRole('button', { name: 'Begin' }).click()
    const hint = page.getByRole('complementary', { name: 'Hint' })
    await hint.getByText('It was refused.').waitFor()
    await page
      .getByText(/refused the offered media/)
      .first()
      .waitFor()
    await hint.getByRole('button', { name: 'Next' }).click()
    await hint.getByRole('button', { name: 'Next' }).click()
    await pageFits(page)
    await hint.getByRole('button', { name: 'Call again, encrypted' }).click()
    await hint.getByText('Proven.').waitFor()
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor({ timeout: 10_000 })
    await hint.getByRole('button', { name: 'Done' }).click()
    await page
      .getByRole('contentinfo')
      .getByRole('button', { name: /^agent udp \d+$/ })
      .waitFor()
  })

  it('says in words of its own that a window is locked, after a reload too', async () => {
    const shell = await windows.shell()
    const context = await windows.context()
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${shell.port}/`)
    await page.getByRole('heading', { name: 'This window is locked' }).waitFor()
    expect(await page.evaluate(() => getComputedStyle(document.body).paddingLeft)).toBe('40px')
    await pageFits(page)
    windows.complaints.splice(0)
  })

  it('refuses a number of calls to keep that there cannot be, at its field', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Settings').click()
    await page.getByLabel('Keep calls').fill('-3')
    await page.getByText('a whole number from 10 to 100,000 is needed').waitFor()
    expect(await page.getByLabel('Keep calls').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await pageFits(page)
  })
})
