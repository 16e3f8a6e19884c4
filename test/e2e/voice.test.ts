import { describe, expect, it } from 'vitest'
import type { Page } from 'playwright'
import { pageFits } from '../harness/axe.ts'
import { hearAlong, hertz, type Heard } from './page-ears.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, ringback, startAgent } from '../harness/process.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { Windows, byHand, ready, screenButton } from '../harness/window.ts'

const keep = keepRunning('SIGKILL')

const microphone = (page: Page) => page.getByRole('region', { name: 'Microphone' })

describe.skipIf(!findPeer('chromium'))('the microphone of a window', () => {
  const windows = new Windows({ microphone: true })

  async function open(permissions: string[] = ['microphone']): Promise<Page> {
    const shell = await windows.shell()
    const context = await windows.context({ permissions })
    await hearAlong(context)
    const page = await context.newPage()
    await page.goto(shell.link)
    await ready(page)
    return page
  }

  async function dial(page: Page, port: number, source: string): Promise<void> {
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:desk@127.0.0.1:${port}`)
    await page.getByLabel('Send', { exact: true }).selectOption({ label: `Send: ${source}` })
    await page.getByRole('button', { name: 'Call', exact: true }).click()
  }

  /** The level and the loss of what came to the agent in its call. */
  async function cameTo(agent: Awaited<ReturnType<typeof startAgent>>) {
    await agent.until(/"type":"call"/)
    const [report] = agentReports(agent)
    const came = report!.streams.find(({ destination }) => destination === report!.media.at(-1)!.local)!
    return { peakDbfs: came.level!.peakDbfs, lost: came.lost }
  }

  it('is heard at the far end, and the far end is heard in the page', async () => {
    const agent = await keep(startAgent(['--answer', 'tone:1000', '--codecs', 'PCMU']))
    const page = await open()
    await dial(page, agent.port, 'microphone')
    await microphone(page).getByText('You are heard by').waitFor()
    await expect.poll(async () => Math.abs((await hertz(page)) - 1000) < 20, { timeout: 8000 }).toBe(true)
    await pageFits(page)
    await expect.poll(() => page.getByRole('meter').getAttribute('value').then(Number)).toBeGreaterThan(-40)
    await page.keyboard.press('m')
    await microphone(page).getByText('Muted:').waitFor()
    await pageFits(page)
    await page.getByRole('button', { name: 'Its own ladder and figures' }).click()
    await page.getByText('This leg brings the microphone of a window to a call.').waitFor()
    await page.getByRole('region', { name: 'Ladder' }).getByText('INVITE').first().waitFor()
    await pageFits(page)
    await page.getByRole('button', { name: 'Back to the call' }).click()
    await page.getByRole('button', { name: 'Hang up' }).click()
    const { peakDbfs, lost } = await cameTo(agent)
    expect(peakDbfs).toBeGreaterThan(-30)
    expect(lost).toBe(0)
    expect(await microphone(page).count()).toBe(0)
    // The leg is in no list.
    expect(await page.getByRole('listitem').filter({ hasText: 'voice.invalid' }).count()).toBe(0)
  })

  it('comes into a call that was answered by hand, by one key, and goes out again', async () => {
    const page = await open()
    const port = await byHand(page)
    const caller = await keep(
      Promise.resolve(
        ringback(['call', `sip:desk@127.0.0.1:${port}`, '--send', 'tone:700', '--duration', '30', '--json'], {
          RINGBACK_PROFILE: windows.folder(),
        }),
      ),
    )
    await page.getByText('Incoming call from').waitFor()
    await page.getByLabel('Answer with').selectOption({ label: 'Send: silence' })
    await page.getByRole('button', { name: /^Answer/ }).click()
    await page.getByRole('button', { name: 'Talk' }).waitFor()
    await page.keyboard.press('s')
    await microphone(page).getByText('You are heard by').waitFor()
    await expect.poll(async () => Math.abs((await hertz(page)) - 700) < 20, { timeout: 8000 }).toBe(true)
    await page.waitForTimeout(1500)
    await page.keyboard.press('s')
    await expect.poll(() => microphone(page).count()).toBe(0)
    await page.getByRole('button', { name: 'Hang up' }).click()
    const { stdout } = await caller.finished
    const report = JSON.parse(stdout) as CallReport
    const came = report.streams.find(({ destination }) => destination === report.media.at(-1)!.local)!
    expect(came.level!.peakDbfs).toBeGreaterThan(-30)
  })

  it('that may not be used is said beside the call, which goes on with what was chosen', async () => {
    const agent = await keep(startAgent(['--answer', 'echo']))
    const page = await open([])
    await dial(page, agent.port, 'marker')
    await page.getByRole('button', { name: 'Talk' }).click()
    await microphone(page).getByText('does not let this page use the microphone').waitFor()
    await pageFits(page)
    await page.getByRole('region', { name: 'Verdict' }).getByText('two-way audio', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Hang up' }).click()
    expect((await cameTo(agent)).peakDbfs).toBeGreaterThan(-20)
  })

  it('that is pulled out is said beside the call, which goes on', async () => {
    const agent = await keep(startAgent(['--answer', 'echo']))
    const page = await open()
    await dial(page, agent.port, 'tone 440 Hz')
    await page.getByRole('button', { name: 'Talk' }).click()
    await microphone(page).getByText('You are heard by').waitFor()
    await page.evaluate(() => {
      const [track] = (globalThis as unknown as { heard: Heard }).heard.tracks
      track!.dispatchEvent(new Event('ended'))
    })
    await microphone(page).getByText('is gone: the call goes on without it').waitFor()
    await page.getByRole('button', { name: 'Talk', exact: true }).waitFor()
    await page.getByText('under way').waitFor()
    await page.getByRole('button', { name: 'Hang up' }).click()
    await cameTo(agent)
  })

  it('is chosen and tried in the settings, before any call', async () => {
    const page = await open()
    await screenButton(page, 'Settings').click()
    await page.getByRole('button', { name: 'Try the microphone' }).click()
    await expect.poll(() => page.getByRole('meter').getAttribute('value').then(Number)).toBeGreaterThan(-40)
    await pageFits(page)
    const inputs = page.getByLabel('Microphone used')
    await expect.poll(() => inputs.locator('option').count()).toBeGreaterThan(1)
    const name = await inputs.locator('option').nth(1).textContent()
    await inputs.selectOption({ label: name! })
    await page.getByLabel('Noise suppression').uncheck()
    await page.reload()
    await ready(page)
    await page.getByRole('button', { name: 'Try the microphone' }).click()
    await page.getByRole('meter').waitFor()
    expect(await inputs.locator('option:checked').textContent()).toBe(name)
    expect(await page.getByLabel('Noise suppression').isChecked()).toBe(false)
  })
})
