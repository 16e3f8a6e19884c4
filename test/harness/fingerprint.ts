import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { expect } from 'vitest'
import { root } from './process.ts'

const file = join(root, 'test/e2e/screens.json')
const columns = 40
const rows = 25
/** Other fonts make up to 2.0; two screens that are alike, such as two empty lists, differ by 3 and more. */
const mostMean = 2.5

/**
 * Compares a screen with the one that was looked at: brightness of 40 by 25 fields, a hexadecimal digit each.
 * UPDATE_SCREENS=1 takes the screens as they are now; look at them before (npm run screenshots).
 */
export async function looksAs(page: Page, name: string): Promise<void> {
  const now = await fields(page)
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {}
  if (process.env['UPDATE_SCREENS']) {
    known[name] = now
    writeFileSync(
      file,
      `${JSON.stringify(Object.fromEntries(Object.entries(known).sort(([a], [b]) => a.localeCompare(b))), null, 2)}\n`,
    )
    return
  }
  const before = known[name]
  if (before === undefined) throw new Error(`no screen "${name}" is kept: take it with UPDATE_SCREENS=1`)
  const differences = Array.from(
    now,
    (digit, i) => Math.abs(Number.parseInt(digit, 16) - Number.parseInt(before[i]!, 16)) * 17,
  )
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length
  expect(mean, `${name} differs by ${mean.toFixed(1)} of 255 on average`).toBeLessThan(mostMean)
}

async function fields(page: Page): Promise<string> {
  const png = (await page.screenshot({ animations: 'disabled' })).toString('base64')
  return page.evaluate(
    async ([data, width, height]) => {
      const image = new Image()
      image.src = `data:image/png;base64,${data}`
      await image.decode()
      const canvas = document.createElement('canvas')
      Object.assign(canvas, { width, height })
      const context = canvas.getContext('2d')!
      context.imageSmoothingQuality = 'high'
      context.drawImage(image, 0, 0, width, height)
      const { data: pixels } = context.getImageData(0, 0, width, height)
      return Array.from({ length: width * height }, (_, i) =>
        Math.round((0.3 * pixels[4 * i]! + 0.6 * pixels[4 * i + 1]! + 0.1 * pixels[4 * i + 2]!) / 17).toString(16),
      ).join('')
    },
    [png, columns, rows] as const,
  )
}
