import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const keyBytes = 32
export const lifetimeS = 30 * 24 * 3600

/**
 * Who may talk to the browser shell. A token from a printed link works once and is exchanged for a cookie; the cookie is signed with a
 * key of the profile folder, so that an open window finds its way back when the shell was started again.
 */
export class Session {
  readonly #key: Buffer
  readonly #tokens = new Set<string>()

  /** `folder` null, or one that cannot be written: cookies last as long as this run. */
  constructor(folder: string | null) {
    this.#key = folder === null ? randomBytes(keyBytes) : keyOf(join(folder, 'window.key'))
  }

  /** A token for one link. */
  issue(): string {
    const token = randomBytes(24).toString('base64url')
    this.#tokens.add(token)
    return token
  }

  /** The value of a new cookie for a token that was not used before; null otherwise. */
  exchange(token: string): string | null {
    if (!this.#tokens.delete(token)) return null
    const body = `${Math.floor(Date.now() / 1000) + lifetimeS}.${randomBytes(12).toString('base64url')}`
    return `${body}.${this.#sign(body)}`
  }

  accepts(cookie: string): boolean {
    const end = cookie.lastIndexOf('.')
    const body = cookie.slice(0, end)
    const given = Buffer.from(cookie.slice(end + 1))
    const due = Buffer.from(this.#sign(body))
    return given.length === due.length && timingSafeEqual(given, due) && Number(body.split('.')[0]) > Date.now() / 1000
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url')
  }
}

function keyOf(file: string): Buffer {
  try {
    const key = readFileSync(file)
    if (key.length === keyBytes) return key
  } catch {
    // There is none yet.
  }
  const key = randomBytes(keyBytes)
  try {
    writeFileSync(file, key, { mode: 0o600 })
  } catch {
    // Good for this run.
  }
  return key
}
