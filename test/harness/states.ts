import { join } from 'node:path'
import { existsSync } from 'node:fs'
import type { Page } from 'playwright'
import { invites, pcapOf } from './capture-files.ts'
import { captures } from './fixtures.ts'
import { ringback, startAgent, type Running } from './process.ts'
import { agentPort, byHand, enginePid, screenButton, verdict, type Shell } from './window.ts'

type Look = (name: string) => Promise<void>

const field = (page: Page) => page.getByRole('combobox', { name: 'SIP URI' })
const toFirst = (page: Page) => page.evaluate("location.hash = '#/calls'")

/** Calls from the dial bar. */
export async function dial(page: Page, uri: string): Promise<void> {
  await page.keyboard.press('Control+l')
  await field(page).fill(uri)
  await page.keyboard.press('Enter')
}

/** Opens a capture by its path, or by its content. */
export async function openFile(page: Page, file: string | { name: string; buffer: Buffer }): Promise<void> {
  await screenButton(page, 'Files').click()
  await page
    .getByLabel('Capture', { exact: true })
    .last()
    .setInputFiles(typeof file === 'string' ? file : { ...file, mimeType: 'application/octet-stream' })
}

/**
 * Goes through the states of the screens that a first tour does not pass, stopping at each for `look`; ends with the
 * engine gone. What it starts is ended by it.
 */
export async function states(page: Page, shell: Shell, look: Look): Promise<void> {
  await guide(page, look)
  await oneCall(page, look)
  await cause(page, look)
  await seen(page, look)
  await faults(page, look)
  await inbound(page, shell, look)
  await loading(page, shell, look)
  await shell.stop('SIGKILL')
  await page.getByText('The engine does not answer').waitFor()
  await look('lost')
}

async function guide(page: Page, look: Look): Promise<void> {
  const hint = page.getByRole('complementary', { name: 'Hint' })
  await page.getByRole('button', { name: 'Begin' }).click()
  await hint.getByText('It was refused.').waitFor()
  await page
    .getByText(/refused the offered media/)
    .first()
    .waitFor()
  await look('guide-fault')
  await hint.getByRole('button', { name: 'Next' }).click()
  await hint.getByRole('button', { name: 'Next' }).click()
  await look('guide-change')
  await hint.getByRole('button', { name: 'Call again, encrypted' }).click()
  await verdict(page).getByText('two-way audio', { exact: true }).waitFor({ timeout: 10_000 })
  await look('guide-proven')
  await hint.getByRole('button', { name: 'Done' }).click()
  await page.getByText(/^ended by/).waitFor({ timeout: 15_000 })
}

/** A call with a hold and a digit, and what is opened beside it. */
async function oneCall(page: Page, look: Look): Promise<void> {
  await toFirst(page)
  await page.getByRole('button', { name: 'Place a test call' }).last().click()
  await verdict(page).getByText('two-way audio', { exact: true }).waitFor()
  await page.keyboard.press('h')
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  await page.waitForTimeout(1500)
  await page.keyboard.press('h')
  await page.getByRole('button', { name: 'Hold', exact: true }).waitFor()
  await page.getByRole('button', { name: 'DTMF', exact: true }).click()
  await page.keyboard.press('5')
  await page.waitForTimeout(1500)
  await look('call-dtmf')
  // On a slow machine the test call has ended by itself while it was looked at.
  const hangUp = page.getByRole('button', { name: 'Hang up' })
  if (await hangUp.isVisible()) await hangUp.click()
  await page.getByText(/^ended by/).waitFor()
  const skip = page.getByRole('button', { name: 'Skip' })
  if (await skip.isVisible()) await skip.click()
  await page.keyboard.press('g')
  await page.getByRole('img', { name: /^Jitter/ }).waitFor()
  await look('call-charts')
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  await page.keyboard.type('Seen by a person.')
  await look('call-note')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('menu').waitFor()
  await look('call-share')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('se')
  await page
    .getByRole('dialog')
    .getByRole('option', { name: /Setting/ })
    .first()
    .waitFor()
  await look('palette')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Compare …' }).click()
  await page.getByRole('dialog').getByRole('option').first().waitFor()
  await look('palette-compare')
  await page.getByRole('dialog').getByRole('option').first().click()
  await page
    .getByRole('region', { name: 'Two calls compared' })
    .getByText(/facts differ/)
    .waitFor()
  await look('compare')
  await page.getByRole('button', { name: 'Close the comparison' }).click()
}

/** A refused call with its cause, proven. */
async function cause(page: Page, look: Look): Promise<void> {
  const agent = await startAgent(['--listen', 'udp:127.0.0.1:0', '--encryption', 'required'])
  await dial(page, `sip:x@127.0.0.1:${agent.port}`)
  await verdict(page).getByRole('button', { name: 'Prove it' }).waitFor()
  await look('call-refused')
  await verdict(page).getByRole('button', { name: 'Prove it' }).click()
  await verdict(page)
    .getByText(/^Cause proven/)
    .waitFor({ timeout: 30_000 })
  await look('proof')
  await agent.stop('SIGTERM')
}

/** Captures: legs, a proxy, what is no call; and a filter in which nothing fits. */
async function seen(page: Page, look: Look): Promise<void> {
  const folder = captures()
  const present = (name: string) => folder !== null && existsSync(join(folder, name))
  const shown: readonly (readonly [string, string])[] = [
    ['b2bua-asterisk.pcapng', 'capture-legs'],
    ['sip-proxy.pcap', 'capture-proxy'],
    ['sip-auth-failure.pcapng', 'capture-registration'],
    ['SIP_CALL_RTP_G711', 'capture-no-end'],
  ]
  for (const [name, state] of shown)
    if (present(name)) {
      await openFile(page, join(folder!, name))
      await page
        .getByRole('option', { name: new RegExp(name.replaceAll('.', '\\.')) })
        .first()
        .waitFor()
      await verdict(page).waitFor()
      await page.waitForTimeout(500)
      await look(state)
    }
  await page.keyboard.press('/')
  await page.keyboard.type('nothing has this')
  await page.getByText('No call fits').waitFor()
  await look('calls-none-fit')
  await page.getByRole('button', { name: 'Clear the filter' }).click()
}

/** What is wrong, where it is wrong. */
async function faults(page: Page, look: Look): Promise<void> {
  await openFile(page, { name: 'letter.pcap', buffer: Buffer.from('Dear Sir or Madam') })
  await page.getByRole('alert').first().waitFor()
  await look('files-fault')
  await screenButton(page, 'Trunks').click()
  const form = page.getByRole('form', { name: 'Trunk settings' })
  await form.getByLabel('Name', { exact: true }).fill('two words')
  await form.getByRole('button', { name: 'Add trunk' }).click()
  await look('trunks-fault')
  await form.getByLabel('Name', { exact: true }).fill('pbx')
  await form.getByLabel('Address').fill(`127.0.0.1:${await agentPort(page)}`)
  await form.getByLabel('Authentication').selectOption('ip')
  await form.getByRole('button', { name: 'Add trunk' }).click()
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await page.getByText(/messages of the check/).click()
  await page.getByRole('region', { name: 'Message' }).waitFor()
  await look('trunks-messages')
  await page.getByRole('button', { name: 'Remove …' }).click()
  await look('trunks-remove')
  await page.getByRole('button', { name: 'Keep', exact: true }).click()
  await screenButton(page, 'Settings').click()
  await page.getByLabel('Keep calls').fill('-3')
  await look('settings-fault')
  await dial(page, `sip:${'long'.repeat(60)}@${'host'.repeat(12)}.example:5060;user=phone`)
  await page
    .getByText(/failed|not answered/)
    .first()
    .waitFor()
  await look('call-long')
}

/** What takes longer than a moment: the engine stands still meanwhile. */
async function loading(page: Page, shell: Shell, look: Look): Promise<void> {
  await toFirst(page)
  const filter = page.getByRole('searchbox', { name: 'Filter calls' })
  await filter.fill('status:488 x@127')
  const past = page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option', { name: /x@127/ }).first()
  await past.waitFor()
  await whileStopped(shell, async () => {
    await past.click()
    await page.getByText('Loading the call …').waitFor()
    await look('call-loading')
  })
  await verdict(page).waitFor()
  await filter.fill('')
  await openFile(page, { name: 'large.pcap', buffer: pcapOf(invites(20_000)) })
  await page.getByRole('progressbar').first().waitFor()
  await whileStopped(shell, () => look('files-loading'))
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
}

async function whileStopped(shell: Shell, act: () => Promise<void>): Promise<void> {
  const engine = enginePid(shell)
  process.kill(engine, 'SIGSTOP')
  try {
    await act()
  } finally {
    process.kill(engine, 'SIGCONT')
  }
}

/** Calls that come in and wait, and what the agent shows of one that was answered. */
async function inbound(page: Page, shell: Shell, look: Look): Promise<void> {
  const port = await byHand(page)
  await look('agent-by-hand')
  const calling: Running[] = ['مساعد Ann', 'Ring 👨‍👩‍👧‍👦'].map((name) =>
    ringback(
      ['call', `sip:desk@127.0.0.1:${port}`, '--display', name, '--duration', '30', '--header', 'X-Call-Id: 42'],
      { RINGBACK_PROFILE: `${shell.profile}-caller` },
    ),
  )
  await page.getByText('Incoming call from').nth(1).waitFor()
  await screenButton(page, 'Calls').click()
  await look('incoming')
  await page.getByRole('button', { name: 'Answer' }).first().click()
  await page.getByRole('button', { name: 'Refuse' }).last().click()
  await page.getByRole('button', { name: 'Hang up' }).waitFor()
  await screenButton(page, 'Agent').click()
  await page.getByRole('heading', { name: 'Calls now' }).waitFor()
  await look('agent-live')
  for (const caller of calling) await caller.stop('SIGINT')
}
