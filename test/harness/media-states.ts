import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright'
import { startAgent } from './process.ts'
import { dial } from './states.ts'
import { talking } from './tone-files.ts'
import { verdict } from './window.ts'

type Look = (name: string, page?: Page) => Promise<void>

const ended = (page: Page) => page.getByText(/^ended by/).waitFor({ timeout: 15_000 })
const answered = (page: Page) =>
  verdict(page)
    .getByText(/^(?:answered|two-way audio)$/)
    .waitFor()

/**
 * Goes through what a call has of its audio: a transfer, the microphone, a script with its conversation, the player,
 * every figure and the report. The page may use a microphone.
 */
export async function mediaStates(page: Page, folder: string, look: Look): Promise<void> {
  await transferred(page, look)
  await voice(page, look)
  await scripted(page, folder, look)
}

async function scripted(page: Page, folder: string, look: Look): Promise<void> {
  const hello = join(folder, 'hello.wav')
  talking(hello, 300, 900, 2600, 700, 400, 700)
  const agent = await startAgent(['--answer', hello, '--rtcp-xr'])
  await page.getByLabel('Send', { exact: true }).selectOption({ label: 'Send: silence' })
  await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:x@127.0.0.1:${agent.port}`)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Options/ }).click()
  const options = page.getByRole('group', { name: 'Options of the call' })
  const script = options.getByLabel('Script', { exact: true }).first()
  await script.fill('wait for speech\nplay hello.wav\nwait 3s\nhang up\n')
  await options.getByLabel('Sound hello.wav').setInputFiles(hello)
  await options.getByText('The script plays').waitFor({ state: 'detached' })
  await script.scrollIntoViewIfNeeded()
  await look('dial-script')
  await page.getByRole('button', { name: 'Call', exact: true }).click()
  await page.getByRole('region', { name: 'Script' }).getByText('2 of 4 lines done').waitFor()
  await page.getByRole('region', { name: 'Conversation' }).locator('summary').click()
  await look('call-script')
  await ended(page)
  await page.getByRole('region', { name: 'Conversation' }).locator('summary').click()
  await page.getByRole('button', { name: 'Listen', exact: true }).click()
  await page.getByRole('img', { name: /^Waveform from peer/ }).waitFor()
  await look('call-player')
  await page.getByRole('button', { name: 'Spectrum', exact: true }).click()
  await page.getByRole('img', { name: /^Spectrum .*from peer/ }).waitFor()
  await look('call-spectrum')
  await page.getByRole('button', { name: 'Listen', exact: true }).click()
  await page.keyboard.press('g')
  await page.getByRole('img', { name: /^Jitter/ }).waitFor()
  await page
    .getByRole('group', { name: 'Figures and charts' })
    .locator('table')
    .evaluate((table) => table.scrollIntoView())
  await look('call-figures')
  await page.keyboard.press('g')
  await page.getByRole('button', { name: 'Share' }).click()
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Save HTML report', exact: true }).click(),
  ])
  const file = join(folder, 'report.html')
  await saved.saveAs(file)
  const report = await page.context().newPage()
  await report.goto(pathToFileURL(file).href)
  await look('report', report)
  await report.close()
  await agent.stop('SIGTERM')
}

async function transferred(page: Page, look: Look): Promise<void> {
  const [target, agent] = [await startAgent([]), await startAgent(['--follow-refer'])]
  await dial(page, `sip:x@127.0.0.1:${agent.port}`)
  await answered(page)
  await page.getByRole('button', { name: 'Transfer' }).click()
  const form = page.getByRole('form', { name: 'Transfer' })
  await form.getByRole('textbox', { name: 'Transfer to' }).fill(`sip:bob@127.0.0.1:${target.port}`)
  await look('transfer')
  await form.getByRole('button', { name: 'Transfer', exact: true }).click()
  await form.getByText(/the peer reports 200/).waitFor()
  await ended(page)
  await look('transfer-done')
  for (const one of [agent, target]) await one.stop('SIGTERM')
}

async function voice(page: Page, look: Look): Promise<void> {
  const agent = await startAgent(['--answer', 'tone:1000', '--codecs', 'PCMU'])
  await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:desk@127.0.0.1:${agent.port}`)
  await page.keyboard.press('Escape')
  await page.getByLabel('Send', { exact: true }).selectOption({ label: 'Send: microphone' })
  await page.getByRole('button', { name: 'Call', exact: true }).click()
  await page.getByRole('region', { name: 'Microphone' }).getByText('You are heard by').waitFor()
  await look('voice')
  await page.getByRole('button', { name: 'Its own ladder and figures' }).click()
  await page.getByText('This leg brings the microphone of a window to a call.').waitFor()
  await page.getByRole('region', { name: 'Ladder' }).getByText('INVITE').first().waitFor()
  await look('voice-leg')
  await page.getByRole('button', { name: 'Back to the call' }).click()
  await page.getByRole('button', { name: 'Hang up' }).click()
  await ended(page)
  await agent.stop('SIGTERM')
}
