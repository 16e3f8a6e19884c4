import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright'

// Draws the product's icon in every size that installers ask for, from renderer/public/icon.svg; below 48 px from a
// drawing with fewer strokes.
const folder = join(import.meta.dirname, 'icons')
const large = readFileSync(join(import.meta.dirname, '../renderer/public/icon.svg'), 'utf8')
const small = readFileSync(join(folder, 'small.svg'), 'utf8')
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
const drawn = new Map<number, Buffer>()
for (const size of sizes) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(
    `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${size < 48 ? small : large}`,
  )
  drawn.set(size, await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()

mkdirSync(join(folder, 'linux'), { recursive: true })
for (const [size, png] of drawn) if (size <= 512) writeFileSync(join(folder, 'linux', `${size}x${size}.png`), png)
writeFileSync(join(folder, 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256]))
writeFileSync(
  join(folder, 'icon.icns'),
  icns([
    ['icp4', 16],
    ['icp5', 32],
    ['ic11', 32],
    ['ic12', 64],
    ['ic07', 128],
    ['ic08', 256],
    ['ic13', 256],
    ['ic09', 512],
    ['ic14', 512],
    ['ic10', 1024],
  ]),
)

/** Windows: a directory of PNG images. */
function ico(of: readonly number[]): Buffer {
  const head = Buffer.alloc(6 + 16 * of.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(of.length, 4)
  let at = head.length
  of.forEach((size, i) => {
    const png = drawn.get(size)!
    const entry = 6 + 16 * i
    head.writeUInt8(size % 256, entry)
    head.writeUInt8(size % 256, entry + 1)
    head.writeUInt16LE(1, entry + 4)
    head.writeUInt16LE(32, entry + 6)
    head.writeUInt32LE(png.length, entry + 8)
    head.writeUInt32LE(at, entry + 12)
    at += png.length
  })
  return Buffer.concat([head, ...of.map((size) => drawn.get(size)!)])
}

/** macOS: chunks with a type for each size. */
function icns(of: readonly (readonly [type: string, size: number])[]): Buffer {
  const chunks = of.map(([type, size]) => {
    const png = drawn.get(size)!
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32BE(png.length + 8, 4)
    return Buffer.concat([head, png])
  })
  const body = Buffer.concat(chunks)
  const head = Buffer.alloc(8)
  head.write('icns', 'latin1')
  head.writeUInt32BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}
