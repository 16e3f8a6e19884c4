import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { SecondAttempts } from './second-attempts.ts'

const root = join(import.meta.dirname, '..')
const project = (name: string, extra: object = {}) => ({
  test: {
    name,
    root,
    include: [`test/${name}/**/*.test.ts`],
    setupFiles: ['test/harness/leaks.ts'],
    testTimeout: 20_000,
    // What is waited for may take long where two cores are shared by three.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
    ...extra,
  },
})

// Most of these tests wait for a call to go on, not for a core: three files at a time fill two cores, and two where a
// browser draws. They run on the wall clock: see decision 043.
const onTheWallClock = { retry: process.env['CI'] ? 1 : 0 }
const processes = { ...onTheWallClock, sequence: { groupOrder: 1 }, maxWorkers: 3 }
const browsers = { ...onTheWallClock, sequence: { groupOrder: 2 }, maxWorkers: 2 }

export default defineConfig({
  test: {
    root,
    reporters: ['dot', ['json', { outputFile: join(root, 'test-results/tests.json') }], new SecondAttempts()],
    projects: [
      project('unit', { maxWorkers: 2 }),
      // Every process of these has ports and folders of its own.
      project('integration', { ...processes, testTimeout: 60_000 }),
      project('interop', { ...processes, globalSetup: ['test/harness/install-peers.ts'], testTimeout: 90_000 }),
      project('e2e', {
        ...browsers,
        globalSetup: ['test/harness/install-peers.ts', 'test/harness/build-window.ts'],
        testTimeout: 90_000,
      }),
    ],
  },
})
