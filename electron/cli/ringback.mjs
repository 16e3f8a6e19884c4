#!/usr/bin/env node
// Plain JavaScript for any Node: finds one that can run Ringback, then hands over.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const needed = 24
const here = dirname(fileURLToPath(import.meta.url))
const major = Number(process.versions.node.split('.')[0])
const orphanCheckMs = 500

// npm and npx that are killed tell nobody: whoever they started, or the shell between, has another parent then.
if (process.env.npm_command !== undefined) {
  const before = parents()
  const watch = setInterval(() => {
    if (parents() === before) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, orphanCheckMs)
  watch.unref()
}

if (major >= needed) {
  const emit = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    if (String(rest[0]?.type ?? rest[0]) !== 'ExperimentalWarning') emit.call(process, warning, ...rest)
  }
  // What was compiled is kept where the code itself is: in a folder of everybody's, others could have put it there.
  // Threads look for it in the environment.
  process.env.NODE_COMPILE_CACHE ??= join(here, '../../node_modules/.cache/compiled')
  nodeModule.enableCompileCache?.(process.env.NODE_COMPILE_CACHE)
  // A clone runs its sources; the package has them bundled.
  const source = join(here, 'main.ts')
  const { main } = await import(existsSync(source) ? './main.ts' : '../../dist/ringback.js')
  await main(process.argv.slice(2))
} else {
  const node = findNode()
  if (!node) {
    process.stderr.write(
      `ringback needs Node.js ${needed} or later, this is ${process.versions.node}: install it, or set ` +
        'RINGBACK_NODE to its path.\n',
    )
    process.exit(3)
  }
  // The channel closes when this process is gone, however it ended: then the other one ends its calls, and itself.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    process.stderr.write(`ringback cannot be started with ${node}: ${error.message}\n`)
    process.exit(3)
  })
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/** The process that started us, and the one that started that, where the system tells. */
function parents() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1')
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`
  } catch {
    return String(process.ppid)
  }
}

function findNode() {
  const candidates = [process.env.RINGBACK_NODE]
  try {
    const bundled = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    candidates.push(join(bundled, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'))
  } catch {
    // Installed without the node package: look on the path.
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    candidates.push(join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
  return candidates.find((path) => {
    if (!path || !existsSync(path)) return false
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? ''
    return Number(/^v(\d+)/.exec(version)?.[1]) >= needed
  })
}
