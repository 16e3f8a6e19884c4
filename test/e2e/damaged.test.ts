import { randomBytes } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright'
import { afterEach, describe, expect, it } from 'vitest'
import { Store } from '../../electron/engine/store/store.ts'
import { trunkSchema } from '../../shared/contract/commands.ts'
import { Stranger, closeStrangers } from '../harness/attack.ts'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { pastCall } from '../harness/past-calls.ts'
import { VirtualClock } from '../harness/virtual-clock.ts'
import { Windows, agentPort, ready, screenButton } from '../harness/window.ts'

const looks = [
  { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { viewport: { width: 1920, height: 1080 }, colorScheme: 'dark' },
] as const

/** A profile with two calls, one of them damaged, and a trunk whose secrets lost their key. */
function damaged(profile: string): void {
  const store = new Store(profile, new VirtualClock())
  store.addCall(pastCall('whole'))
  store.addCall(pastCall('broken'))
  store.saveTrunk(
    trunkSchema.parse({
      name: 'pbx',
      address: 'sip.rtc.elevenlabs.io',
      authentication: 'digest',
      user: 'u',
      headers: [{ name: 'X-Tenant', value: 'seven' }],
    }),
    { password: 'geheim' },
    false,
  )
  store.flush()
  store.close()
  const db = new DatabaseSync(join(profile, 'ringback.sqlite'))
  db.exec(`UPDATE calls SET entry = 'no document' WHERE id = 'broken'`)
  db.close()
  const key = readdirSync(profile).find((name) => /key/.test(name))
  writeFileSync(join(profile, key!), randomBytes(32))
}

describe.skipIf(!findPeer('chromium'))('what is damaged or refused', () => {
  const windows = new Windows()
  afterEach(closeStrangers)
  const seen = async (page: Page, name: string): Promise<void> => {
    const out = process.env['RINGBACK_LOOK']
    if (out) await page.screenshot({ path: join(out, `${name}.png`), animations: 'disabled' })
    await pageFits(page)
  }

  it.each(looks)('stands where it happened, with its remedy beside it ($colorScheme)', async (look) => {
    const profile = join(windows.folder(), 'profile')
    damaged(profile)
    const page = await windows.open((await windows.shell({ profile })).link, look)
    await page.getByText('1 call of the history cannot be read').waitFor()
    await seen(page, `history-${look.colorScheme}`)
    await screenButton(page, 'Trunks').click()
    const trunks = page.getByRole('region', { name: 'Trunks' })
    await trunks.getByText('password and headers to be set again').waitFor()
    await trunks.getByRole('button', { name: /pbx/ }).click()
    const form = page.getByRole('form', { name: 'Trunk settings' })
    await form.getByText('type the password again').waitFor()
    await form.getByText('Codecs: PCMU, PCMA, G722.').waitFor()
    await seen(page, `trunk-${look.colorScheme}`)
    await form.getByRole('button', { name: 'Type the values again' }).click()
    await form.getByText('the value of X-Tenant is secret and was not kept').waitFor()
    expect(await form.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true)
    await page.keyboard.type('eight')
    await form.getByLabel('Password', { exact: true }).fill('neu')
    await form.getByRole('button', { name: 'Save', exact: true }).click()
    await trunks.getByText('to be set again').waitFor({ state: 'detached' })
  })

  it.each(looks)(
    'is listed though it never was a call: an INVITE that is no INVITE for us ($colorScheme)',
    async (look) => {
      const page = await windows.open((await windows.shell()).link, look)
      const stranger = await Stranger.open('127.0.0.1')
      stranger.send(
        stranger.request({
          callId: 'letter',
          from: '<sip:letter@127.0.0.1>',
          extra: 'Content-Type: text/plain\r\n',
          body: 'hi',
        }),
        await agentPort(page),
      )
      await stranger.until(/^SIP\/2\.0 415/m)
      await page
        .getByRole('listbox', { name: 'Live and past calls' })
        .getByRole('option')
        .filter({ hasText: 'letter@127.0.0.1' })
        .click()
      await page.getByRole('region', { name: 'Ladder' }).getByRole('option', { name: /415/ }).waitFor()
      await ready(page)
      await seen(page, `refused-${look.colorScheme}`)
    },
  )
})
