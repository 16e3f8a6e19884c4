import { join } from 'node:path'
import { build } from 'esbuild'

// What `npm pack` ships: the command line as one file of JavaScript, since Node strips no types below node_modules.
const root = join(import.meta.dirname, '..')

await build({
  entryPoints: [join(root, 'electron/cli/main.ts')],
  outfile: join(root, 'dist/ringback.js'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  packages: 'external',
  legalComments: 'none',
})
