import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { callReport, ringback } from '../harness/process.ts'
import { initiation, sendJson, webhookServer } from '../harness/webhook-server.ts'
import { Windows, agentPort, screenButton } from '../harness/window.ts'

/** What a platform asks; the status of the answer. */
const sendTo = async (url: string): Promise<number> =>
  (await fetch(url, { method: 'POST', body: JSON.stringify({ called_number: '+15105550111' }) })).status

describe.skipIf(!findPeer('chromium'))('a persona of the agent', () => {
  const windows = new Windows()

  it('is chosen with a configuration, whose mistakes stand by line, and shows what it made of a call', async () => {
    const webhook = await webhookServer((response) => sendJson(response, initiation()))
    const shell = await windows.shell()
    const page = await windows.open(shell.link)
    await screenButton(page, 'Agent').click()
    const form = page.getByRole('form', { name: 'Agent settings' })
    await form.getByRole('spinbutton', { name: 'Port of listener 1' }).fill('0')
    await form.getByLabel('Persona').selectOption('elevenlabs')
    const config = form.getByLabel('Configuration', { exact: true })
    await config.fill('{\n  "phoneNumbers": ["+15105550111"],\n  "nonsense": 1\n}')
    await form.getByText('line 3: nonsense: there is no such field').waitFor()
    await form.getByRole('button', { name: 'Go to line 3' }).focus()
    await page.keyboard.press('Enter')
    expect(await page.evaluate('getSelection().toString()')).toContain('"nonsense": 1')
    await pageFits(page)
    await form.getByRole('button', { name: 'Apply and start again' }).click()
    await form.getByText(/the configuration of the persona, line 3/).waitFor()
    await config.fill('{\n  "phoneNumbers": ["+15105550111"],\n  "dynamicVariables": ["customer_name"]\n}')
    await form.getByLabel('Webhook').fill(webhook.url)
    await form.getByRole('button', { name: 'Listen on TCP' }).click()
    await form.getByRole('button', { name: 'Apply and start again' }).click()
    await page.getByText('plays elevenlabs').waitFor()
    const [, port] = /:(\d+)/.exec((await page.getByText(/^tcp 127/).textContent())!)!
    const call = ringback(
      ['call', `sip:+15105550111@127.0.0.1:${port};transport=tcp`, '-H', 'X-CALL-ID: CA-1', '--duration', '60'],
      { RINGBACK_PROFILE: windows.folder() },
    )
    await page.getByRole('heading', { name: 'Calls now' }).waitFor()
    await page.getByRole('region', { name: 'Variables' }).getByText('system__call_sid').waitFor()
    const asked = page.getByRole('region', { name: 'Webhook' })
    await asked.getByText(/after \d+ ms/).waitFor()
    await asked.getByText('Request').click()
    await asked.getByText('"called_number": "+15105550111"').waitFor()
    const path = page.getByRole('region', { name: 'Decision path' })
    await path.getByRole('row', { name: /phone number.*ElevenLabs documentation/ }).waitFor()
    await pageFits(page)
    await call.stop('SIGINT')
    await callReport(['call', `sip:+19999999999@127.0.0.1:${port};transport=tcp`], {
      RINGBACK_PROFILE: windows.folder(),
    })
    await page.getByRole('heading', { name: 'The last call' }).waitFor()
    await page.getByText(/phone number: \+19999999999 came, \+15105550111 was wanted/).waitFor()
    await pageFits(page)
    await shell.stop('SIGTERM')
    const again = await windows.open((await windows.shell({ profile: shell.profile })).link)
    await screenButton(again, 'Agent').click()
    await again.getByText('plays elevenlabs').waitFor()
    await again.getByText('What was given before is kept encrypted; empty keeps it.').waitFor()
    await webhook.close()
  })

  it('that plays a trunk shows who is registered there, and what it would have refused', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Agent').click()
    const form = page.getByRole('form', { name: 'Agent settings' })
    await form.getByRole('spinbutton', { name: 'Port of listener 1' }).fill('0')
    await form.getByLabel('Persona').selectOption('trunk')
    const config = { requiredHeaders: [{ name: 'X-Account' }], registrar: {} }
    await form.getByLabel('Configuration', { exact: true }).fill(JSON.stringify(config))
    await form.getByRole('button', { name: 'Apply and start again' }).click()
    await page.getByText('plays trunk').waitFor()
    await page.getByText('Nobody is registered here.').waitFor()
    const address = `127.0.0.1:${await agentPort(page)}`
    const env = { RINGBACK_PROFILE: windows.folder(), PW: 'geheim' }
    const phone = ringback(['register', '--address', address, '--keep', '--user', 'alice', '--password-env', 'PW'], env)
    await page.getByRole('row', { name: /^alice sip:alice@127\.0\.0\.1/ }).waitFor()
    await callReport(['call', `sip:+15105550199@${address}`, '--duration', '1'], env)
    const refusals = page.getByRole('region', { name: 'Would be refused' })
    await refusals.getByText('the header X-Account is missing').waitFor()
    await pageFits(page)
    await phone.stop('SIGINT')
    await page.getByText('Nobody is registered here.').waitFor()
  })

  it('asks a built-in webhook, whose answer is checked while it is written, and whose log is shown', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Agent').click()
    await page.getByLabel('Persona that asks it').selectOption('elevenlabs')
    await page.getByRole('button', { name: 'Start a webhook' }).click()
    const webhook = page.getByRole('article', { name: /^Webhook at http/ })
    const url = (await webhook.getAttribute('aria-label'))!.slice('Webhook at '.length)
    await webhook.getByText('Nobody has asked yet.').waitFor()
    const answer = webhook.getByLabel('Answer', { exact: true })
    await answer.fill('{"type":')
    await webhook.getByText('This is no JSON yet').waitFor()
    await answer.fill('{"type":"conversation_initiation_client_data","dynamic_variables":{"customer_name":1}}')
    await sendTo(url)
    await webhook.getByText(/^1 .*POST/).waitFor()
    await webhook.getByText('Request 1').click()
    await webhook.getByText('"called_number": "+15105550111"').waitFor()
    await webhook.getByLabel('How it answers').selectOption('status')
    expect(await sendTo(url)).toBe(500)
    await webhook.getByText(/500 after/).waitFor()
    await pageFits(page)
    await webhook.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => webhook.count()).toBe(0)
  })
})
