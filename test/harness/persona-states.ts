import type { Page } from 'playwright'
import { callReport } from './process.ts'
import { screenButton } from './window.ts'

type Look = (name: string) => Promise<void>

/**
 * Goes through what the Agent screen has of a persona: a trial under way and over, the call that it took, one that it
 * refused, and the webhook that is built in, right and wrong. What it starts is stopped by it.
 */
export async function personaStates(page: Page, look: Look): Promise<void> {
  await screenButton(page, 'Agent').click()
  await tried(page, look)
  await refused(page, look)
  await webhook(page, look)
}

async function tried(page: Page, look: Look): Promise<void> {
  const trial = page.getByRole('region', { name: 'Try it against yourself' })
  await trial.getByRole('combobox', { name: 'Persona that is tried' }).selectOption('elevenlabs')
  await trial.getByRole('button', { name: 'Try it', exact: true }).click()
  await trial.getByText(/answered$/).waitFor()
  await trial.scrollIntoViewIfNeeded()
  await look('trial-running')
  await trial.getByText('Every step went through.').waitFor({ timeout: 30_000 })
  await trial.getByRole('heading').scrollIntoViewIfNeeded()
  await look('trial-done')
  await page.getByRole('region', { name: 'Webhook', exact: true }).getByText('Response').click()
  await page.getByRole('heading', { name: 'The last call' }).scrollIntoViewIfNeeded()
  await look('persona-call')
}

async function refused(page: Page, look: Look): Promise<void> {
  const form = page.getByRole('form', { name: 'Agent settings' })
  await form.getByRole('spinbutton', { name: 'Port of listener 1' }).fill('0')
  await form.getByLabel('Persona').selectOption('elevenlabs')
  await form.getByLabel('Configuration', { exact: true }).fill('{ "phoneNumbers": ["+15105550111"] }')
  await form.getByRole('button', { name: 'Listen on TCP' }).click()
  await form.getByRole('button', { name: 'Apply and start again' }).click()
  await page.getByText('plays elevenlabs').waitFor()
  const [, port] = /:(\d+)/.exec((await page.getByText(/^tcp 127/).textContent())!)!
  await callReport(['call', `sip:15105550111@127.0.0.1:${port};transport=tcp`])
  await page.getByText(/phone number: 15105550111 came/).waitFor()
  await page.getByRole('heading', { name: 'The last call' }).scrollIntoViewIfNeeded()
  await look('persona-refused')
  await page.getByRole('button', { name: 'Stop', exact: true }).first().click()
}

async function webhook(page: Page, look: Look): Promise<void> {
  const built = page.getByRole('region', { name: 'Built-in webhook' })
  await built.getByRole('button', { name: 'Start a webhook' }).click()
  const one = built.getByRole('article')
  const url = (await one.getByText(/^http:/).textContent())!
  const ask = () => fetch(url, { method: 'POST', body: JSON.stringify({ called_number: '+15105550111' }) })
  await ask()
  await one.getByRole('combobox', { name: 'How it answers' }).selectOption('html')
  await ask()
  await one.getByLabel('Answer', { exact: true }).fill('{\n  "type": "other"\n}')
  await one.getByText('wrong-type').first().waitFor()
  await one.getByText('Request 2').waitFor()
  await built.getByRole('heading').scrollIntoViewIfNeeded()
  await look('webhook')
  await one.getByRole('button', { name: 'Stop', exact: true }).click()
}
