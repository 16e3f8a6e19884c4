import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { hideIn } from '../../../electron/engine/base/secret-headers.ts'
import { Store } from '../../../electron/engine/store/store.ts'
import { trunkSchema } from '../../../shared/contract/commands.ts'
import { hiddenValue } from '../../../shared/model/hidden-value.ts'
import { temporaryFolders } from '../../harness/folders.ts'
import { pastCall } from '../../harness/past-calls.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const folder = temporaryFolders()
const clock = new VirtualClock()
const headers = [
  { name: 'X-Plain', value: 'in-the-open' },
  { name: 'X-Auth-Token', value: 'geheimes-token' },
  { name: 'X-Marked', value: 'auch-geheim', secret: true },
]
const trunk = (part: object = {}) => trunkSchema.parse({ name: 'one', address: 'pbx.example', headers, ...part })
const everything = (path: string) =>
  readdirSync(path)
    .map((name) => readFileSync(join(path, name), 'latin1'))
    .join()

describe('H7: header values of trunks', () => {
  it('are sealed: what lies in the database in clear are names; a call gets the values', () => {
    const path = folder()
    const store = new Store(path, clock)
    store.saveTrunk(trunk(), {}, false)
    expect(everything(path)).toMatch(/X-Auth-Token/)
    for (const { value } of headers) expect(everything(path)).not.toContain(value)
    expect(store.trunk('one').headers).toEqual(headers)
    store.close()
  })

  it('are shown where their names are harmless, and hidden where they are secret or marked so', () => {
    const store = new Store(folder(), clock)
    store.saveTrunk(trunk(), {}, false)
    expect(store.trunks()[0]!.headers).toEqual([
      headers[0],
      { name: 'X-Auth-Token', value: hiddenValue, secret: true },
      { name: 'X-Marked', value: hiddenValue, secret: true },
    ])
    store.close()
  })

  it('stay when a hidden value is given back, in another order too; one of no stored header is refused', () => {
    const store = new Store(folder(), clock)
    store.saveTrunk(trunk(), {}, false)
    const [, token, marked] = store.trunks()[0]!.headers
    store.saveTrunk(
      trunk({
        transport: 'tls',
        headers: [
          { name: 'X-Marked', value: marked!.value },
          { name: 'x-auth-token', value: token!.value },
        ],
      }),
      {},
      true,
    )
    expect(store.trunk('one')).toMatchObject({
      transport: 'tls',
      headers: [headers[2], { name: 'x-auth-token', value: 'geheimes-token' }],
    })
    expect(() => store.saveTrunk(trunk({ headers: [{ name: 'X-Other', value: hiddenValue }] }), {}, true)).toThrow(
      /header X-Other of trunk "one" has no stored value that could be kept: give the value/,
    )
    store.saveTrunk(trunk({ headers: [] }), {}, true)
    expect(store.trunk('one').headers).toEqual([])
    store.close()
  })

  it('that can no longer be opened stop that trunk only, and its other settings can still be changed', () => {
    const [path, other] = [folder(), folder()]
    for (const at of [path, other]) {
      const store = new Store(at, clock)
      store.saveTrunk(trunk(), {}, false)
      store.saveTrunk(trunk({ name: 'two', headers: [] }), {}, false)
      store.close()
    }
    const sealed = new DatabaseSync(join(path, 'ringback.sqlite'))
    sealed.exec(`UPDATE secrets SET sealed = zeroblob(80)`)
    sealed.close()
    const store = new Store(path, clock)
    expect(store.trunks()).toMatchObject([{ name: 'one', lost: ['headers'] }, { name: 'two' }])
    expect(() => store.trunk('one')).toThrow(
      /the header values of trunk "one" cannot be opened: .*; set its headers again/,
    )
    expect(store.trunk('two').headers).toEqual([])
    const { hasPassword: _, lost: _lost, ...shown } = store.trunks()[0]!
    store.saveTrunk({ ...shown, transport: 'tcp' }, {}, true)
    expect(store.trunks()[0]).toMatchObject({ transport: 'tcp', lost: ['headers'] })
    store.saveTrunk(trunk(), {}, true)
    expect(store.trunk('one').headers).toEqual(headers)
    store.close()
  })

  it.each([1, 2])(
    'of format %i are sealed at the first start, and their text is gone from the file and from past calls',
    (format) => {
      const path = folder()
      const old = new DatabaseSync(join(path, 'ringback.sqlite'))
      old.exec(
        'PRAGMA journal_mode = WAL; CREATE TABLE trunks (name TEXT PRIMARY KEY, settings TEXT NOT NULL) ' +
          `STRICT; CREATE TABLE secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
      CREATE TABLE calls (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL, ` +
          'report TEXT NOT NULL) STRICT',
      )
      if (format === 2)
        old.exec(
          'CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT; CREATE VIRTUAL TABLE words ' +
            "USING fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1)",
        )
      old.exec(`PRAGMA user_version = ${format}`)
      const put = old.prepare('INSERT OR REPLACE INTO trunks VALUES (?, ?)')
      put.run(
        'one',
        JSON.stringify(
          trunk({
            headers: [{ name: 'X-Auth-Token', value: 'geheimes-token-von-frueher' }],
            displayName: 'x'.repeat(3000),
          }),
        ),
      )
      put.run('one', JSON.stringify(trunk({ headers: headers.slice(0, 2) })))
      put.run('damaged', '{')
      const report = pastCall('a', { raw: 'INVITE sip:x SIP/2.0\r\nX-Auth-Token: geheimes-token\r\n' })
      old.prepare('INSERT INTO calls (id, entry, report) VALUES (?, ?, ?)').run('a', '{}', JSON.stringify(report))
      old.prepare('INSERT INTO calls (id, entry, report) VALUES (?, ?, ?)').run('b', '{', '{')
      old.close()
      const store = new Store(path, clock)
      expect(store.notices).toEqual([])
      expect(everything(path)).not.toMatch(/geheimes-token/)
      expect(store.trunk('one').headers).toEqual(headers.slice(0, 2))
      expect(store.call('a').messages[0]!.raw).toContain('X-Auth-Token: xxxxxxxxxxxxxx\r\n')
      const query = { limit: 10, offset: 0, until: null, except: [] }
      expect(store.history({ ...query, query: 'x-auth-token' }).entries.map(({ id }) => id)).toEqual(['a'])
      expect(store.history({ ...query, query: 'geheimes' }).total).toBe(0)
      store.close()
      expect(everything(path)).not.toMatch(/geheimes-token/)
    },
  )
})

describe('headers that carry a secret', () => {
  it('are masked wherever their values stand; short ones where they stand as that header', () => {
    const secrets = [
      { name: 'X-A', value: 'lang-genug' },
      { name: 'X-B', value: '1' },
    ]
    expect(
      hideIn(
        {
          raw: 'X-A: lang-genug\r\nX-B: 1\r\nX-C: 1\r\n',
          list: [
            { name: 'X-B', value: '1' },
            { name: 'X-C', value: '1' },
          ],
          note: 'it said lang-genug',
          n: 1,
        },
        secrets,
      ),
    ).toEqual({
      raw: 'X-A: xxxxxxxxxx\r\nX-B: x\r\nX-C: 1\r\n',
      list: [
        { name: 'X-B', value: 'x' },
        { name: 'X-C', value: '1' },
      ],
      note: 'it said xxxxxxxxxx',
      n: 1,
    })
  })
})
