import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A folder of test data beside the repository; null where it is absent, which in CI is a failure. */
export function sharedFolder(variable: string, name: string): string | null {
  const folder = process.env[variable] ?? join(root, '..', 'shared', name)
  if (existsSync(folder)) return folder
  if (process.env['CI']) throw new Error(`${folder} is absent: set ${variable}`)
  process.stderr.write(`SKIPPED: tests over ${name} need ${variable} or ../shared/${name}\n`)
  return null
}

export const torture = (): string | null => sharedFolder('RINGBACK_TORTURE', 'torture')
/** Captures of kinds that were read wrongly once. */
export const foundCaptures = (): string | null => sharedFolder('RINGBACK_FOUND', 'found/captures')
export const captures = (): string | null => sharedFolder('RINGBACK_CAPTURES', 'captures')
/** Pages of providers, as they were crawled. */
export const seeds = (): string | null => sharedFolder('RINGBACK_SEEDS', 'seeds')
