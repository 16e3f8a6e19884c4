import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Session } from '../../../electron/shell/session.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})
function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'ringback-session-')))
  return folders.at(-1)!
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const proof = (key: string, challenge: string) => createHmac('sha256', key).update(challenge).digest('base64url')

describe('a session', () => {
  it('exchanges each token once, and accepts no cookie that it did not sign', () => {
    const session = new Session(null, 1)
    const token = session.issue(minuteMs)
    expect(session.exchange('')).toBeNull()
    const { cookie } = session.exchange(token)!
    expect(session.exchange(token)).toBeNull()
    expect(session.passOf(cookie)).toMatch(/^\d+\./)
    const [expires, id, signature] = cookie.split('.')
    for (const forged of [
      '',
      '.',
      '..',
      cookie.slice(1),
      `${cookie}x`,
      `${Number(expires) + 1}.${id}.${signature}`,
      `${expires}.${id}.`,
      `${expires}.${id}.${'x'.repeat(signature!.length)}`,
      `${expires}.${id}.${signature}.${signature}`,
      'x'.repeat(100_000),
    ])
      expect(session.passOf(forged)).toBeNull()
    expect(new Session(null, 1).passOf(cookie)).toBeNull()
  })

  it('gives the key to the claim of its pass, once, and takes no other proof', () => {
    const session = new Session(null, 1)
    const [one, two] = [session.exchange(session.issue(minuteMs))!, session.exchange(session.issue(minuteMs))!]
    const [first, second] = [session.passOf(one.cookie)!, session.passOf(two.cookie)!]
    // A claim that was tried with another pass is used up.
    expect(session.claim(two.claim, first)).toBeNull()
    expect(session.claim(two.claim, second)).toBeNull()
    const key = session.claim(one.claim, first)!
    expect(session.claim(one.claim, first)).toBeNull()
    expect(session.proves(first, 'challenge', proof(key, 'challenge'))).toBe(true)
    expect(session.proves(first, 'another', proof(key, 'challenge'))).toBe(false)
    expect(session.proves(second, 'challenge', proof(key, 'challenge'))).toBe(false)
    // What another server of this machine has: the cookie.
    for (const part of [...one.cookie.split('.'), one.cookie])
      expect(session.proves(first, 'challenge', proof(part, 'challenge'))).toBe(false)
  })

  it('ends: a link after its time, a claim after a minute, a pass after half a day', () => {
    let nowMs = 1e12
    const session = new Session(null, 1, () => nowMs)
    const late = session.issue(minuteMs)
    const { cookie, claim } = session.exchange(session.issue(minuteMs))!
    const pass = session.passOf(cookie)!
    nowMs += minuteMs
    expect(session.exchange(late)).toBeNull()
    expect(session.claim(claim, pass)).toBeNull()
    nowMs += 11.9 * hourMs
    expect(session.passOf(cookie)).toBe(pass)
    nowMs += 0.2 * hourMs
    expect(session.passOf(cookie)).toBeNull()
  })

  it('knows its cookies after a restart on the same port, none of another port or from before a revocation', () => {
    const profile = folder()
    const before = new Session(profile, 7420)
    const { cookie, claim } = before.exchange(before.issue(minuteMs))!
    const key = before.claim(claim, before.passOf(cookie)!)!
    const after = new Session(profile, 7420)
    const pass = after.passOf(cookie)!
    expect(after.proves(pass, 'c', proof(key, 'c'))).toBe(true)
    const other = new Session(profile, 7421)
    expect(other.passOf(cookie)).toBeNull()
    expect(other.proves(pass, 'c', proof(key, 'c'))).toBe(false)
    expect([after.cookieName, other.cookieName]).toEqual(['ringback-7420', 'ringback-7421'])
    const unused = after.issue(minuteMs)
    after.revoke()
    expect([after.passOf(cookie), after.exchange(unused), new Session(profile, 7420).passOf(cookie)]).toEqual([
      null,
      null,
      null,
    ])
    expect(statSync(join(profile, 'window.key')).mode & 0o777).toBe(0o600)
  })

  it('makes its key again where the file is empty or cut short', () => {
    const profile = folder()
    for (const damaged of ['', 'short']) {
      writeFileSync(join(profile, 'window.key'), damaged)
      const session = new Session(profile, 1)
      const { cookie } = session.exchange(session.issue(minuteMs))!
      expect(readFileSync(join(profile, 'window.key')).length).toBe(32)
      expect(new Session(profile, 1).passOf(cookie)).not.toBeNull()
    }
  })

  it('keeps the newest hundred links', () => {
    const session = new Session(null, 1)
    const links = Array.from({ length: 150 }, () => session.issue(minuteMs))
    expect(links.map((token) => session.exchange(token) !== null).indexOf(true)).toBe(50)
  })
})
