import { join } from 'node:path'
import type { Page } from 'playwright'
import { callReport, startAgent } from './process.ts'
import { agentPort, screenButton, verdict } from './window.ts'

/** A capture of our own: a call whose agent sends nothing back. */
export async function makeCapture(folder: string): Promise<string> {
  const agent = await startAgent(['--answer', 'silence'])
  const file = join(folder, 'one-way.pcap')
  await callReport(['call', `sip:agent@127.0.0.1:${agent.port}`, '--duration', '2.5', '--send', 'tone', '--pcap', file])
  await agent.stop('SIGTERM')
  return file
}

/** Goes through every screen and its states, and stops at each for `look`. Names begin with the screen. */
export async function tour(page: Page, capture: string, look: (name: string) => Promise<void>): Promise<void> {
  await look('calls-empty')
  await page.getByRole('button', { name: 'Place a test call' }).last().click()
  await verdict(page).getByText('two-way audio', { exact: true }).waitFor()
  await page.waitForTimeout(2500)
  await look('calls-live')
  await page.getByText('ended by us').waitFor({ timeout: 15_000 })
  await page.getByRole('button', { name: 'Skip' }).click()
  await page.getByRole('button', { name: /^Options/ }).click()
  await page.getByRole('button', { name: '+ X-CALL-ID' }).click()
  await page.getByRole('button', { name: 'Add header' }).click()
  await page.keyboard.type('X-Contact-ID')
  await page.getByRole('combobox', { name: 'SIP URI' }).fill('sip@example.org')
  await page.keyboard.press('Escape')
  await page.getByRole('combobox', { name: 'SIP URI' }).fill('sip@example.org')
  await page.getByRole('button', { name: /^Use / }).first().waitFor()
  await look('calls-dial')
  await page.getByRole('combobox', { name: 'SIP URI' }).fill('')
  await page.getByRole('button', { name: /^Options/ }).click()
  await page.keyboard.press('Control+2')
  const form = page.getByRole('form', { name: 'Trunk settings' })
  await look('trunks-empty')
  await form.getByLabel('Name', { exact: true }).fill('example')
  // The agent stands in for the far side.
  await form.getByLabel('Address').fill(`127.0.0.1:${await agentPort(page)}`)
  await form.getByLabel('Authentication').selectOption('ip')
  await form.getByRole('button', { name: 'Add trunk' }).click()
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await page.getByText(/answers: \d{3}/).waitFor()
  await look('trunks-one')
  await screenButton(page, 'Agent').click()
  await page.getByRole('heading', { name: 'Inbound calls' }).waitFor()
  await look('agent')
  await screenButton(page, 'Files').click()
  await look('files-empty')
  await page.getByLabel('Capture', { exact: true }).last().setInputFiles(capture)
  await verdict(page).waitFor()
  await look('files-open')
  await screenButton(page, 'Settings').click()
  await look('settings')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await look('keys')
  await page.keyboard.press('Escape')
}
