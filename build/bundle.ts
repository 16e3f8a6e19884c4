import { join } from 'node:path'
import { build } from 'esbuild'

// What `npm pack` ships: the command line as one file of JavaScript, and the thread that reads captures as another, since Node strips no types below node_modules.
const root = join(import.meta.dirname, '..')

await build({
  entryPoints: { ringback: join(root, 'electron/cli/main.ts'), 'capture-worker': join(root, 'electron/engine/captures/capture-worker.ts') },
  outdir: join(root, 'dist'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  packages: 'external',
  legalComments: 'none',
})
