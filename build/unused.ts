import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folders = ['electron', 'renderer', 'shared', 'build', 'test']
/** Begun by people, npm or vitest, not by an import. */
const entries = [
  /\.(test|config)\.ts$/,
  /^electron\/(main|preload)\.ts$/,
  /^electron\/cli\/(ringback\.mjs|main\.ts)$/,
  /^electron\/shell\/(start|browser-host|electron)\.ts$/,
  /^renderer\/main\.tsx$/,
  /^build\/(check|bundle|window|icons|start)\.ts$/,
  /^test\/(bench\/(run|child)|e2e\/screenshots|fuzz\/(run|reader-worker|attacker|collect))\.ts$/,
  /^test\/harness\/(leaks|install-peers|build-window)\.ts$/,
]
/** Programs and types that no import names. */
const tools = new Set(['electron-builder', 'node', 'oxfmt', 'oxlint', 'typescript', 'vitest'])

/** Exports that no other file names, files that nothing imports, dependencies that nothing needs. */
export function unusedFaults(): string[] {
  const sources = new Map<string, string>()
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (/\.(ts|tsx|mjs)$/.test(entry))
        sources.set(join(folder, entry), readFileSync(join(root, folder, entry), 'utf8'))
    }
  }
  const faults: string[] = []
  for (const [file, source] of sources) {
    const others = [...sources].filter(([name]) => name !== file).map(([, text]) => text)
    for (const [, name] of source.matchAll(
      /^export (?:default )?(?:async )?(?:abstract )?(?:function|const|class|interface|type)\s+(\w+)/gm,
    )) {
      const word = new RegExp(`\\b${name}\\b`)
      // Within its own file: once where it is declared, more often where it is used.
      if (!others.some((text) => word.test(text)) && source.split(word).length <= 2)
        faults.push(`${file}: nothing uses ${name}`)
    }
    const base = file.split('/').at(-1)!
    if (!entries.some((entry) => entry.test(file)) && !others.some((text) => text.includes(`/${base}'`)))
      faults.push(`${file}: nothing imports it`)
  }
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >
  const all = [...sources.values()].join('\n')
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const bare = name.replace(/^@types\//, '')
    if (!tools.has(name) && bare !== 'node' && !all.includes(`'${bare}`))
      faults.push(`package.json: nothing imports ${name}`)
  }
  return faults
}
