import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build as bundle, type BuildOptions } from 'esbuild'
import { build } from 'vite'

// Builds the window: its page into dist/renderer, the Electron processes into dist/electron. --if-stale: only when a
// source is newer than what is there.
const root = join(import.meta.dirname, '..')

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(root, folder, name)).mtimeMs,
    ),
  )
}

function isStale(): boolean {
  const built = statSync(join(root, 'dist/renderer/index.html'), { throwIfNoEntry: false })
  return (
    !built ||
    Math.max(
      newest('renderer'),
      newest('shared'),
      newest('electron'),
      statSync(join(root, 'package-lock.json')).mtimeMs,
    ) > built.mtimeMs
  )
}

if (!process.argv.includes('--if-stale') || isStale()) {
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node24',
    external: ['electron'],
    legalComments: 'none',
    logLevel: 'warning',
  } satisfies BuildOptions
  const esm = {
    ...common,
    loader: { '.wasm': 'copy' },
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  } satisfies BuildOptions
  await bundle({
    ...esm,
    entryPoints: {
      'main': join(root, 'electron/main.ts'),
      'engine': join(root, 'electron/shell/electron.ts'),
      'capture-worker': join(root, 'electron/engine/captures/capture-worker.ts'),
      'sound-worker': join(root, 'electron/engine/media/audio/sound-worker.ts'),
      'opus': join(root, 'node_modules/@evan/opus/wasm/simd.wasm'),
    },
    outdir: join(root, 'dist/electron'),
    outExtension: { '.js': '.mjs' },
  })
  // A sandboxed preload is CommonJS.
  await bundle({
    ...common,
    format: 'cjs',
    entryPoints: { preload: join(root, 'electron/preload.ts') },
    outdir: join(root, 'dist/electron'),
    outExtension: { '.js': '.cjs' },
  })
  // As it is shipped, whatever runs this: a test runner says that it is a test.
  process.env['NODE_ENV'] = 'production'
  await build({ configFile: join(root, 'build/vite.config.ts') })
}
