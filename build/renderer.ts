import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

// Builds the window into dist/renderer; --if-stale: only when a source is newer than what is there.
const root = join(import.meta.dirname, '..')

function newest(folder: string): number {
  return Math.max(...readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(root, folder, name)).mtimeMs))
}

function isStale(): boolean {
  const built = statSync(join(root, 'dist/renderer/index.html'), { throwIfNoEntry: false })
  return !built || Math.max(newest('renderer'), newest('shared'), statSync(join(root, 'package-lock.json')).mtimeMs) > built.mtimeMs
}

if (!process.argv.includes('--if-stale') || isStale()) await build({ configFile: join(root, 'build/vite.config.ts') })
