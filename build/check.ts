import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { boundaryFaults } from './boundary.ts'
import { sizeFaults } from './sizes.ts'
import { unusedFaults } from './unused.ts'
import { zoneFaults } from './zones.ts'

// What CI runs: types, lint, zones, unused code, sizes, then the tests. Ends with one line of totals.
const root = join(import.meta.dirname, '..')
const fast = process.argv.includes('--fast')
const results = join(root, 'test-results')
const total = { passed: 0, failed: 0, skipped: 0 }

function step(name: string, run: () => boolean): void {
  const startMs = performance.now()
  const ok = run()
  if (ok) total.passed++
  else total.failed++
  process.stdout.write(`${ok ? '✓' : '✕'} ${name} (${((performance.now() - startMs) / 1000).toFixed(1)} s)\n`)
}

function tool(name: string, ...args: string[]): boolean {
  const { status } = spawnSync(join(root, 'node_modules', '.bin', name), args, { cwd: root, stdio: 'inherit' })
  return status === 0
}

function none(faults: readonly string[]): boolean {
  for (const fault of faults) process.stderr.write(`  ${fault}\n`)
  return faults.length === 0
}

interface Counts {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
}

function tests(projects: readonly string[]): void {
  const report = join(results, 'tests.json')
  rmSync(report, { force: true })
  const ok = tool(
    'vitest',
    'run',
    '--config',
    'build/vitest.config.ts',
    ...projects.flatMap((name) => ['--project', name]),
  )
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8')) as Counts
    total.passed += counts.numPassedTests
    total.failed += counts.numFailedTests
    total.skipped += counts.numPendingTests
    // A file that could not be loaded, or an error outside any test.
    if (!ok && counts.numFailedTests === 0) total.failed++
  } catch {
    total.failed++
  }
}

mkdirSync(results, { recursive: true })
step('types', () => ['.', 'renderer', 'test/e2e'].every((project) => tool('tsc', '-p', project)))
step('format', () => tool('oxfmt', '--check'))
step('lint', () => tool('oxlint', '--deny-warnings'))
step('zones', () => none(zoneFaults()))
step('boundaries', () => none(boundaryFaults()))
step('unused code', () => none(unusedFaults()))
step('sizes', () => none(sizeFaults()))
tests(fast ? ['unit'] : ['unit', 'integration', 'interop', 'e2e'])
if (!fast)
  step(
    'fuzz',
    () => spawnSync(process.execPath, ['test/fuzz/run.ts', '60'], { cwd: root, stdio: 'inherit' }).status === 0,
  )
const { passed, failed, skipped } = total
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
