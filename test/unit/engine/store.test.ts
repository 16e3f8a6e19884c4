import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { Store } from '../../../electron/engine/store/store.ts'
import { settingsSchema } from '../../../shared/contract/commands.ts'
import { placedSchema } from '../../../shared/contract/place-call.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import { pastCall } from '../../harness/past-calls.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const folders: string[] = []
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })))

function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'ringback-store-')))
  return folders.at(-1)!
}

const clock = new VirtualClock()

const report = (id: string, part: Parameters<typeof pastCall>[1] = {}) =>
  pastCall(id, { startedAt: isoMicros(clock.nowUs()), ...part })

const all = { limit: 100, offset: 0, query: '', until: null, except: [] }

describe('the history', () => {
  it('finds calls by words anywhere in them, headers included; short words, quotes and patterns are words', () => {
    const store = new Store(folder(), clock)
    store.addCall(report('one', { raw: 'INVITE sip:x SIP/2.0\r\nX-Contact-ID: Zürich 42\r\n' }))
    store.addCall(report('two', { to: 'sip:+15550100@h' }))
    const ids = (query: string) => store.history({ ...all, query }).entries.map(({ id }) => id)
    store.flush()
    expect(ids('')).toEqual(['two', 'one'])
    expect(ids('x-contact-id')).toEqual(['one'])
    expect(ids('zürich contact')).toEqual(['one'])
    expect(ids('zürich 5550100')).toEqual([])
    expect(ids('5550100')).toEqual(['two'])
    expect(ids('x-contact-id: zürich 42')).toEqual(['one'])
    expect(ids('zürich 4')).toEqual(['one'])
    expect(ids('zürich 43')).toEqual([])
    expect(ids('_ %')).toEqual([])
    for (const query of ['"""', '100%', '_', "'; DROP TABLE calls", 'a OR b*', 'NEAR('])
      expect(() => ids(query)).not.toThrow()
    expect(ids('100%')).toEqual([])
    store.close()
  })

  it('keeps a note on a call, and finds the call by it', () => {
    const store = new Store(folder(), clock)
    store.addCall(report('one'))
    store.addCall({ ...report('one'), note: 'seen at the customer' })
    store.flush()
    expect(store.history({ ...all, query: 'customer' }).entries.map(({ id }) => id)).toEqual(['one'])
    expect(store.call('one').note).toBe('seen at the customer')
    store.close()
  })

  it('finds calls by fields, beside words, and a damaged one stops no search', () => {
    const place = folder()
    const store = new Store(place, clock)
    const placed = placedSchema.parse({ uri: 'sip:x@h', trunk: 'Acme_EU' })
    store.addCall({ ...report('refused'), outcome: 'refused', status: { code: 403, reason: 'No' }, placed })
    store.addCall({
      ...report('silent', { to: 'sip:+1555@h' }),
      verdict: { kind: 'one-way-audio', missing: null, sentence: '' },
    })
    store.addCall({ ...report('in'), direction: 'inbound' })
    store.addCall(report('broken'))
    store.flush()
    const db = new DatabaseSync(join(place, 'ringback.sqlite'))
    db.exec(`UPDATE calls SET entry = 'no document' WHERE id = 'broken'`)
    db.close()
    const ids = (query: string) => store.history({ ...all, query }).entries.map(({ id }) => id)
    expect(ids('status:403')).toEqual(['refused'])
    expect(ids('status:4xx trunk:acme_')).toEqual(['refused'])
    expect(ids('trunk:%')).toEqual([])
    expect(ids('verdict:one-way')).toEqual(['silent'])
    expect(ids('verdict:refused dir:out')).toEqual(['refused'])
    expect(ids('dir:in')).toEqual(['in'])
    expect(ids('to:+1555 silent@here')).toEqual(['silent'])
    expect(ids('dir:nowhere')).toEqual([])
    store.close()
  })

  it.each([
    ['start', true, ['c', 'b', 'a']],
    ['start', false, ['a', 'b', 'c']],
    ['number', false, ['b', 'c', 'a']],
    ['length', true, ['b', 'a', 'c']],
    ['status', false, ['a', 'b', 'c']],
  ] as const)('orders calls by %s, descending: %s', (sort, descending, ids) => {
    const store = new Store(folder(), clock)
    const called = (id: string, to: string, durationMs: number, code: number) =>
      store.addCall({
        ...report(id, { to }),
        status: { code, reason: '' },
        timeline: { ...report(id).timeline, durationMs },
      })
    called('a', 'sip:9@h', 20, 200)
    called('b', 'sip:1@h', 30, 403)
    called('c', 'sip:5@h', 10, 500)
    store.flush()
    expect(store.history({ ...all, sort, descending }).entries.map(({ id }) => id)).toEqual(ids)
    store.close()
  })

  it('pages stay the same while calls end, and leave out those under way', () => {
    const store = new Store(folder(), clock)
    for (let i = 0; i < 10; i++) store.addCall(report(`c${i}`))
    store.flush()
    const { newest, total } = store.history(all)
    expect(total).toBe(10)
    store.addCall(report('later'))
    store.flush()
    expect(store.history({ ...all, limit: 2, offset: 2, until: newest }).entries.map(({ id }) => id)).toEqual([
      'c7',
      'c6',
    ])
    expect(store.history({ ...all, except: ['later', 'c9'] }).total).toBe(9)
    store.close()
  })

  it('a call that is kept twice is there once, as it was last', () => {
    const store = new Store(folder(), clock)
    store.addCall(report('a', { raw: 'first' }))
    store.flush()
    store.addCall(report('a', { raw: 'second' }))
    store.flush()
    expect(store.history(all).total).toBe(1)
    expect(store.call('a').messages[0]!.raw).toBe('second')
    expect(store.history({ ...all, query: 'first' }).total).toBe(0)
    store.close()
  })

  it('forgets calls beyond the number and the age of the settings, from the search too', () => {
    const store = new Store(folder(), clock)
    store.saveSettings(settingsSchema.parse({ keepCalls: 10, keepDays: 30 }))
    store.addCall(report('old', { startedAt: isoMicros(clock.nowUs() - 31 * 24 * 3600 * 1e6), raw: 'ancient' }))
    for (let i = 0; i < 12; i++) store.addCall(report(`c${i}`))
    store.flush()
    expect(store.history(all).entries.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, i) => `c${11 - i}`))
    expect(store.history({ ...all, query: 'ancient' }).total).toBe(0)
    store.close()
  })

  it('a folder of the first format is brought to this one, and its calls are found', () => {
    const path = folder()
    const old = new DatabaseSync(join(path, 'ringback.sqlite'))
    old.exec(
      'CREATE TABLE trunks (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT; CREATE TABLE secrets ' +
        `(name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
      CREATE TABLE calls (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL, ` +
        'report TEXT NOT NULL) STRICT; PRAGMA user_version = 1',
    )
    const { placed: _placed, droppedMessages: _dropped, ...before } = report('a', { raw: 'X-Old: header' })
    old.prepare('INSERT INTO calls (id, entry, report) VALUES (?, ?, ?)').run(
      'a',
      JSON.stringify({
        id: 'a',
        startedAt: before.timeline.startedAt,
        direction: 'outbound',
        from: '',
        to: '',
        outcome: 'answered',
        status: 200,
        verdict: 'Two-way audio.',
        durationMs: 0,
      }),
      JSON.stringify(before),
    )
    old.close()
    const store = new Store(path, clock)
    expect(store.history({ ...all, query: 'x-old' }).entries).toMatchObject([{ id: 'a', trunk: null, kind: 'unknown' }])
    expect(store.settings.keepCalls).toBe(10_000)
    store.close()
  })
})
