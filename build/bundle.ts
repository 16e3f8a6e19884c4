import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

// What `npm pack` ships: the command line with all it needs as one file of JavaScript, each thread that it starts as
// another, libopus, which is loaded when a call speaks Opus, and the licences of what is in them. Node strips no types
// below node_modules, and a package without dependencies installs nothing that this repository has not seen.
const root = join(import.meta.dirname, '..')

const { metafile } = await build({
  entryPoints: {
    'ringback': join(root, 'electron/cli/main.ts'),
    'capture-worker': join(root, 'electron/engine/captures/capture-worker.ts'),
    'sound-worker': join(root, 'electron/engine/media/audio/sound-worker.ts'),
    'opus': join(root, 'node_modules/@evan/opus/wasm/simd.wasm'),
  },
  outdir: join(root, 'dist'),
  absWorkingDir: root,
  bundle: true,
  loader: { '.wasm': 'copy' },
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  legalComments: 'none',
})

const packages = [
  ...new Set(
    Object.keys(metafile.inputs).flatMap((file) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  ),
].sort()
const texts = packages.map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<
    'name' | 'version' | 'license',
    string
  >
  const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
  return `${name} ${version}, ${license}\n\n${file ? readFileSync(join(root, folder, file), 'utf8').trim() : ''}\n`
})
// The package that brings it names its own licence only.
texts.push(`libopus, BSD-3-Clause\n\n${readFileSync(join(root, 'build/licenses/libopus.txt'), 'utf8').trim()}\n`)
writeFileSync(join(root, 'dist/licenses.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`))
