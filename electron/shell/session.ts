import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { writeWhole } from '../engine/base/durable.ts'
import { readOwn } from '../engine/base/small-file.ts'

const keyBytes = 32
/** A window that is open longer stays open; one that comes back later needs a new link. */
const lifetimeMs = 12 * 3600 * 1000
/** From the link to the page that it leads to. */
const claimLifeMs = 60_000
/** Links that were printed and not used. */
const mostTokens = 100
const longestCookie = 300

/** Single-use secrets that expire. */
class Tokens<Value> {
  readonly #nowMs: () => number
  readonly #issued = new Map<string, { readonly value: Value; readonly untilMs: number }>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  issue(value: Value, lifeMs: number): string {
    const token = randomBytes(24).toString('base64url')
    this.#issued.set(token, { value, untilMs: this.#nowMs() + lifeMs })
    for (const oldest of this.#issued.keys()) if (this.#issued.size > mostTokens) this.#issued.delete(oldest)
    return token
  }

  /** Its value, once; null when it is unknown, used or too old. */
  take(token: string): Value | null {
    const found = this.#issued.get(token)
    this.#issued.delete(token)
    return found && found.untilMs > this.#nowMs() ? found.value : null
  }

  clear(): void {
    this.#issued.clear()
  }
}

/**
 * Who may look (decision 010). A link carries a token that works once. It is exchanged for a cookie, which lets the
 * page be loaded, and for a claim, which the page exchanges for the key of its pass. Browsers send a cookie to every
 * port of this machine; the key is never sent: the page proves it. Both are signed for this port with a key of the
 * profile folder, so that a window finds its way back when the shell was started again.
 */
export class Session {
  readonly cookieName: string
  readonly #port: number
  readonly #file: string | null
  readonly #nowMs: () => number
  readonly #tokens: Tokens<true>
  /** The passes whose keys were not fetched yet. */
  readonly #claims: Tokens<string>
  #master: Buffer

  /** `folder` null, or one that cannot be written: passes last as long as this run. */
  constructor(folder: string | null, port: number, nowMs: () => number = Date.now) {
    this.cookieName = `ringback-${port}`
    this.#port = port
    this.#file = folder === null ? null : join(folder, 'window.key')
    this.#nowMs = nowMs
    this.#tokens = new Tokens(nowMs)
    this.#claims = new Tokens(nowMs)
    this.#master = (this.#file === null ? null : readKey(this.#file)) ?? this.#newMaster()
  }

  /** A token for one link. */
  issue(lifeMs: number): string {
    return this.#tokens.issue(true, lifeMs)
  }

  /** For a token that was not used before: the value of a new cookie, and what the page claims its key with. */
  exchange(token: string): { readonly cookie: string; readonly claim: string } | null {
    if (this.#tokens.take(token) === null) return null
    const pass = `${this.#nowMs() + lifetimeMs}.${randomBytes(12).toString('base64url')}`
    return { cookie: `${pass}.${this.#sign('cookie', pass)}`, claim: this.#claims.issue(pass, claimLifeMs) }
  }

  /** The pass of a cookie that was given out for this port, is not revoked and has not expired; null otherwise. */
  passOf(cookie: string): string | null {
    const end = cookie.lastIndexOf('.')
    if (end < 0 || cookie.length > longestCookie) return null
    const pass = cookie.slice(0, end)
    const until = Number(pass.slice(0, pass.indexOf('.')))
    return same(cookie.slice(end + 1), this.#sign('cookie', pass)) && until > this.#nowMs() ? pass : null
  }

  /** The key of a pass, once for each exchange of a link; null for a claim that is not of this pass. */
  claim(claim: string, pass: string): string | null {
    return this.#claims.take(claim) === pass ? this.#sign('window', pass) : null
  }

  /** Whether a proof shows that who has the pass has its key too: base64url of HMAC-SHA256 of the challenge. */
  proves(pass: string, challenge: string, proof: string): boolean {
    return same(proof, createHmac('sha256', this.#sign('window', pass)).update(challenge).digest('base64url'))
  }

  /** No link, cookie or key that was given out is good any more. */
  revoke(): void {
    this.#tokens.clear()
    this.#claims.clear()
    this.#master = this.#newMaster()
  }

  #sign(what: 'cookie' | 'window', pass: string): string {
    return createHmac('sha256', this.#master).update(`${what} ${this.#port} ${pass}`).digest('base64url')
  }

  #newMaster(): Buffer {
    const key = randomBytes(keyBytes)
    if (this.#file === null) return key
    try {
      writeWhole(this.#file, key)
    } catch {
      // Good for this run.
    }
    return key
  }
}

function readKey(file: string): Buffer | null {
  try {
    const key = readOwn(file, keyBytes)
    return key.length === keyBytes ? key : null
  } catch {
    return null
  }
}

function same(given: string, due: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(due)]
  return a.length === b.length && timingSafeEqual(a, b)
}
