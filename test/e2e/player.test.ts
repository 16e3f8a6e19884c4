import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { openFile } from '../harness/states.ts'
import { makeCapture } from '../harness/tour.ts'
import { Windows, testCall, verdict } from '../harness/window.ts'

describe.skipIf(!findPeer('chromium'))('the player', () => {
  const windows = new Windows()

  it('plays a call of here and one of a capture, follows a chosen message, and saves a direction', async () => {
    const capture = await makeCapture(windows.folder())
    const page = await windows.open((await windows.shell()).link)
    await testCall(page)
    await page.getByRole('button', { name: 'Skip' }).click()
    await page.getByRole('button', { name: 'Listen', exact: true }).focus()
    await page.keyboard.press('Enter')
    const player = page.getByRole('region', { name: 'Player' })
    await player.getByRole('img', { name: /^Waveform to peer/ }).waitFor()
    await player.getByRole('img', { name: /^Waveform from peer/ }).waitFor()
    await pageFits(page)
    const position = player.getByRole('slider', { name: 'Position' })
    await page.getByRole('option', { name: /^5 .*BYE/ }).click()
    await expect.poll(async () => Number(await position.inputValue())).toBeGreaterThan(500)
    await position.fill('0')
    await player.getByRole('button', { name: 'Play' }).click()
    await expect.poll(async () => Number(await position.inputValue())).toBeGreaterThan(100)
    // Reached and opened by keys: the direction that is heard, drawn and in words.
    const spectrum = player.getByRole('button', { name: 'Spectrum' })
    await player.getByRole('combobox', { name: 'What is heard' }).selectOption('from peer')
    await spectrum.focus()
    await page.keyboard.press('Enter')
    await player.getByRole('img', { name: 'Spectrum ← from peer' }).waitFor()
    expect(await player.getByRole('img', { name: /^Spectrum/ }).count()).toBe(1)
    const said = await player.locator('.spectrum figcaption').textContent()
    expect(said).toMatch(/^← from peer: .* · strongest at [\d,]+ Hz .*% silent · nothing clipped$/)
    const drawn = await player.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return data.filter((value, i) => i % 4 === 3 && value > 100).length
    })
    expect(drawn).toBeGreaterThan(10)
    await pageFits(page)
    await spectrum.click()
    expect(await player.getByRole('img', { name: /^Spectrum/ }).count()).toBe(0)
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      player.getByRole('button', { name: 'Save from peer as WAV' }).click(),
    ])
    expect(saved.suggestedFilename()).toMatch(/^call-.*-from-peer\.wav$/)
    await openFile(page, capture)
    await verdict(page).waitFor()
    await page.getByRole('button', { name: 'Listen', exact: true }).click()
    await player
      .getByText(/silences over 1 s|no silence over 1 s/)
      .first()
      .waitFor()
    await player
      .getByRole('img', { name: /^Waveform/ })
      .first()
      .waitFor()
    await pageFits(page)
    await saved.saveAs(join(windows.folder(), 'saved.wav'))
  })
})
