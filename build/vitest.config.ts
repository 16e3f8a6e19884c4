import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = join(import.meta.dirname, '..')
const project = (name: string, extra: object = {}) => ({
  test: {
    name,
    root,
    include: [`test/${name}/**/*.test.ts`],
    setupFiles: ['test/harness/leaks.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    ...extra,
  },
})

export default defineConfig({
  test: {
    root,
    projects: [
      project('unit'),
      project('integration'),
      // Peers are real processes with ports of their own: one file after the other keeps two cores honest.
      project('interop', {
        globalSetup: ['test/harness/install-peers.ts'],
        fileParallelism: false,
        testTimeout: 90_000,
      }),
      // The window, when nothing else runs.
      project('e2e', {
        globalSetup: ['test/harness/install-peers.ts', 'test/harness/build-window.ts'],
        fileParallelism: false,
        testTimeout: 90_000,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
})
