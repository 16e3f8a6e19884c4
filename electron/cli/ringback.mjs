#!/usr/bin/env node
// Plain JavaScript for any Node: finds one that can run Ringback, then hands over.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const needed = 24
const here = dirname(fileURLToPath(import.meta.url))
const major = Number(process.versions.node.split('.')[0])

if (major >= needed) {
  const emit = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    if (String(rest[0]?.type ?? rest[0]) !== 'ExperimentalWarning') emit.call(process, warning, ...rest)
  }
  // A clone runs its sources; the package has them bundled.
  const source = join(here, 'main.ts')
  const { main } = await import(existsSync(source) ? './main.ts' : '../../dist/ringback.js')
  await main(process.argv.slice(2))
} else {
  const node = findNode()
  if (!node) {
    process.stderr.write(`ringback needs Node.js ${needed} or later, this is ${process.versions.node}: install it, or set RINGBACK_NODE to its path.\n`)
    process.exit(3)
  }
  const child = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(child.status ?? (child.signal === 'SIGINT' ? 130 : 1))
}

function findNode() {
  const candidates = [process.env.RINGBACK_NODE]
  try {
    const bundled = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    candidates.push(join(bundled, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'))
  } catch {
    // Installed without the node package: look on the path.
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) candidates.push(join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
  return candidates.find((path) => {
    if (!path || !existsSync(path)) return false
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? ''
    return Number(/^v(\d+)/.exec(version)?.[1]) >= needed
  })
}
