import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { Windows, screenButton } from '../harness/window.ts'

describe.skipIf(!findPeer('chromium'))('trying it against yourself', () => {
  const windows = new Windows()

  it('calls a persona with a webhook and shows every step with its document; another one is stopped', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Agent').click()
    const trial = page.getByRole('region', { name: 'Try it against yourself' })
    await trial.getByRole('combobox', { name: 'Persona that is tried' }).selectOption('elevenlabs')
    await trial.getByRole('button', { name: 'Try it', exact: true }).focus()
    await page.keyboard.press('Enter')
    await trial.getByText('Every step went through.').waitFor({ timeout: 30_000 })
    const steps = trial.getByRole('list').getByRole('listitem')
    expect(await steps.count()).toBe(7)
    await steps
      .filter({ hasText: 'Its webhook is asked' })
      .getByText(/200 after \d+ ms/)
      .waitFor()
    await steps
      .filter({ hasText: 'Headers become variables' })
      .getByText(/system__call_sid = trial-/)
      .waitFor()
    await steps
      .filter({ hasText: 'The persona decides' })
      .getByText(/documentation/)
      .waitFor()
    await pageFits(page)
    await trial.getByRole('combobox', { name: 'Persona that is tried' }).selectOption('livekit')
    await trial.getByRole('button', { name: 'Try again' }).click()
    await trial.getByText(/answered$/).waitFor()
    await trial.getByRole('button', { name: 'Stop', exact: true }).click()
    await trial.getByRole('button', { name: 'Try again' }).waitFor()
    await trial.getByText(/this persona asks no webhook/).waitFor()
    await trial.getByRole('combobox', { name: 'Persona that is tried' }).selectOption('openai')
    await trial.getByRole('button', { name: 'Try again' }).click()
    await trial.getByText('Every step went through.').waitFor({ timeout: 30_000 })
    await trial.getByText(/without its owner’s server every call is accepted/).waitFor()
    // Nothing of a trial goes on listening.
    expect(await page.getByText(/plays livekit/).count()).toBe(0)
  })
})
