import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { isAlive } from '../engine/base/is-alive.ts'
import { checkIsFile, readOwn } from '../engine/base/small-file.ts'

const fileOf = (profile: string) => join(profile, 'window.json')
const answerMs = 500
const mostBytes = 4096

/** Leaves word in the data folder that a shell runs with it. */
export function tellOthers(profile: string, port: number): void {
  try {
    checkIsFile(fileOf(profile))
    writeFileSync(fileOf(profile), JSON.stringify({ pid: process.pid, port }), { mode: 0o600 })
  } catch {
    // Then a second one will not say that it is the second.
  }
}

/** The sentence for a person when another shell runs with the same data folder; null when none does. */
export async function otherShell(profile: string): Promise<string | null> {
  let known: { readonly pid?: unknown; readonly port?: unknown }
  try {
    known = JSON.parse(readOwn(fileOf(profile), mostBytes).toString()) as typeof known
  } catch {
    return null
  }
  const { pid, port } = known ?? {}
  if (
    typeof pid !== 'number' ||
    typeof port !== 'number' ||
    pid === process.pid ||
    !isAlive(pid) ||
    !(await listens(port))
  )
    return null
  return (
    `Another Ringback runs with the same data folder, at http://127.0.0.1:${port}: both see the same trunks ` +
    'and history, and each its own calls. Close one of them, or start this one with another --profile.'
  )
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (!(port > 0 && port < 65536)) return resolve(false)
    const probe = connect(port, '127.0.0.1')
    const answered = (does: boolean) => {
      probe.destroy()
      resolve(does)
    }
    probe.setTimeout(answerMs, () => answered(false))
    probe.once('connect', () => answered(true))
    probe.once('error', () => answered(false))
  })
}
