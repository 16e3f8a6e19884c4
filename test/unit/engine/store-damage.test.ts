import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { Store } from '../../../electron/engine/store/store.ts'
import { settingsSchema, trunkSchema } from '../../../shared/contract/commands.ts'
import { temporaryFolders } from '../../harness/folders.ts'
import { pastCall } from '../../harness/past-calls.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const folder = temporaryFolders()
const clock = new VirtualClock()
const all = { limit: 100, offset: 0, query: '', until: null, except: [] }
const trunk = (name: string, part: object = {}) =>
  trunkSchema.parse({ name, address: 'pbx.example', authentication: 'digest', user: 'u', ...part })
const database = (path: string) => join(path, 'ringback.sqlite')

/** A profile folder with trunks, a password, settings and many calls. */
function filled(calls = 300): string {
  const path = folder()
  const store = new Store(path, clock)
  store.saveTrunk(trunk('one'), { password: 'sehr-geheim' }, false)
  store.saveTrunk(trunk('two'), { password: 'auch-geheim' }, false)
  store.saveSettings(settingsSchema.parse({ keepCalls: 5000 }))
  for (let i = 0; i < calls; i++)
    store.addCall(pastCall(`call${i}`, { raw: `INVITE sip:x SIP/2.0\r\nX-Number: ${'n'.repeat(2000)}${i}` }))
  store.flush()
  store.close()
  return path
}

function sql(path: string, text: string): void {
  const db = new DatabaseSync(database(path))
  db.exec(text)
  db.close()
}

const opened = <T>(path: string, use: (store: Store) => T): T => {
  const store = new Store(path, clock)
  try {
    return use(store)
  } finally {
    store.close()
  }
}

describe('M10: the key of the secrets', () => {
  it.each([
    ['empty', (file: string) => truncateSync(file, 0)],
    ['cut off', (file: string) => truncateSync(file, 17)],
    ['too long', (file: string) => writeFileSync(file, Buffer.alloc(64))],
    [
      'a folder',
      (file: string) => {
        rmSync(file)
        mkdirSync(file)
      },
    ],
  ])('that is %s is set aside with a word, and passwords can be set again', (_name, spoil) => {
    const path = filled(0)
    spoil(join(path, 'secret.key'))
    const store = new Store(path, clock)
    expect(store.notices.join()).toMatch(
      /There was no key in .*secret\.key, which is .*secret\.key\.unusable-1 now\. Passwords .* must be set again/,
    )
    expect(store.trunks()).toMatchObject([
      { name: 'one', hasPassword: false, lost: ['password'] },
      { name: 'two', hasPassword: false },
    ])
    expect(() => store.secret('one')).toThrow(/the stored password of "one" cannot be opened.*set the password again/)
    store.saveTrunk(trunk('one'), { password: 'neu' }, true)
    expect(store.secret('one')).toBe('neu')
    expect(statSync(join(path, 'secret.key'))).toMatchObject({ size: 32 })
    expect(store.trunks()).toMatchObject([
      { name: 'one', hasPassword: true },
      { name: 'two', lost: ['password'] },
    ])
    store.close()
    expect(opened(path, ({ notices }) => notices)).toEqual([])
  })

  it('that is missing is said for each trunk, and made when the next password is sealed', () => {
    const path = filled(0)
    const elsewhere = filled(0)
    writeFileSync(join(path, 'secret.key'), readFileSync(join(elsewhere, 'secret.key')))
    opened(path, (store) => {
      expect(store.trunks().map(({ lost }) => lost)).toEqual([['password'], ['password']])
      expect(() => store.secret('two')).toThrow(/is not the key it was sealed with/)
    })
  })

  it('that is unusable twice has two names', () => {
    const path = filled(0)
    for (const n of [1, 2]) {
      truncateSync(join(path, 'secret.key'), 0)
      opened(path, (store) => store.saveSecret('x', 'y'))
      expect(existsSync(join(path, `secret.key.unusable-${n}`))).toBe(true)
    }
  })

  it('a sealed password that is too short to be one is lost, and no more', () => {
    const path = filled(0)
    sql(path, `UPDATE secrets SET sealed = x'00' WHERE name = 'one'`)
    opened(path, (store) => {
      expect(store.trunks()).toMatchObject([{ lost: ['password'] }, { hasPassword: true }])
      expect(store.secret('two')).toBe('auch-geheim')
    })
  })
})

describe('H6: a report with a value that cannot be', () => {
  it.each([
    ['a status beyond all numbers', { status: { code: Number('9'.repeat(24)), reason: 'OK' } }],
    ['a status that is no number', { status: { code: Number.NaN, reason: 'OK' } }],
    ['a figure without end', { timeline: { ...pastCall('x').timeline, durationMs: Number.POSITIVE_INFINITY } }],
    ['text where a number is due', { droppedMessages: '7' }],
    ['a number where text is due', { from: 7 }],
  ])('(%s) is left out, counted and said; the history stays readable', (_name, part) => {
    const path = folder()
    opened(path, (store) => {
      store.addCall(pastCall('before'))
      store.addCall({ ...pastCall('bad'), ...part } as never)
      store.addCall(pastCall('after'))
      store.flush()
      store.addCall({ ...pastCall('bad'), ...part } as never)
      store.flush()
      expect(store.lost).toBe(1)
      expect(store.notices).toHaveLength(1)
      expect(store.notices[0]).toMatch(/^Call bad is not in the history: its report has a value that cannot be/)
      expect(store.history(all)).toMatchObject({ entries: [{ id: 'after' }, { id: 'before' }], unreadable: 0 })
    })
  })

  it('rows that an earlier version has poisoned are skipped and counted', () => {
    const path = filled(5)
    sql(
      path,
      "UPDATE calls SET entry = json_set(entry, '$.status', 1e24) WHERE id = 'call1'; UPDATE calls SET entry " +
        "= 'not json', report = '{' WHERE id = 'call2'",
    )
    opened(path, (store) => {
      expect(store.history(all)).toMatchObject({
        total: 5,
        entries: [{ id: 'call4' }, { id: 'call3' }, { id: 'call0' }],
        unreadable: 2,
      })
      expect(() => store.call('call2')).toThrow(/call "call2" is in the history but cannot be read: its row is damaged/)
      // Forgetting old calls passes over them too.
      store.saveSettings(settingsSchema.parse({ keepCalls: 10, keepDays: 1 }))
      store.addCall(pastCall('later', { startedAt: new Date(clock.nowUs() / 1000).toISOString() }))
      store.flush()
      expect(store.call('later').id).toBe('later')
    })
  })
})

describe('H9: a call with more messages than can be kept', () => {
  it('is kept with as many as can be, and the others are counted', () => {
    const path = folder()
    const [message] = pastCall('x', { raw: 'INVITE' }).messages
    const messages = Array.from({ length: 40 }, () => ({ ...message!, raw: 'x'.repeat(1024 * 1024) }))
    opened(path, (store) => {
      store.addCall({ ...pastCall('big'), messages })
      store.flush()
      expect(store.call('big')).toMatchObject({ messages: { length: 32 }, droppedMessages: 8 })
    })
  })
})

describe('M10: a damaged profile', () => {
  it.each(['{', '[]', '{"keepCalls":"many"}', 'null', ''])(
    'settings that are %j are set aside with a word, and the usual ones used',
    (value) => {
      const path = filled(1)
      sql(path, `UPDATE settings SET value = '${value}'`)
      opened(path, (store) => {
        expect(store.settings.keepCalls).toBe(10_000)
        expect(store.notices.join()).toMatch(
          /The stored settings cannot be read: the usual ones are used.*kept in the database as "damaged/,
        )
        store.saveSettings(settingsSchema.parse({ keepCalls: 20 }))
      })
      opened(path, ({ settings, notices }) => expect([settings.keepCalls, notices]).toEqual([20, []]))
      const db = new DatabaseSync(database(path))
      expect(db.prepare(`SELECT value FROM settings WHERE name LIKE 'damaged%'`).get()).toEqual({ value })
      db.close()
    },
  )

  it('a trunk that cannot be read is left out with a word; the others go on, and it can be removed', () => {
    const path = filled(0)
    sql(path, `UPDATE trunks SET settings = '{"name":"one"}' WHERE name = 'one'`)
    opened(path, (store) => {
      expect(store.trunks().map(({ name }) => name)).toEqual(['two'])
      expect(store.notices).toEqual(['Trunk "one" is stored but cannot be read: remove it and add it again.'])
      expect(() => store.trunk('one')).toThrow(/cannot be read: remove it and add it again/)
      store.removeTrunk('one')
      store.saveTrunk(trunk('one'), {}, false)
      expect(store.trunks().map(({ name }) => name)).toEqual(['one', 'two'])
    })
  })

  it.each<[string, (file: string) => void]>([
    ['is no database', (file) => writeFileSync(file, 'hello, this is something else entirely'.repeat(100))],
    ['is noise', (file) => writeFileSync(file, Buffer.alloc(65_536, 0xa5))],
    ['is cut off', (file) => truncateSync(file, Math.floor(statSync(file).size / 8192) * 4096)],
    [
      "has another program's tables",
      (file) => {
        writeFileSync(file, '')
        sql(join(file, '..'), 'CREATE TABLE notes (text); PRAGMA user_version = 3')
      },
    ],
    [
      'has a first page of zeros behind its header',
      (file) => {
        const bytes = readFileSync(file)
        bytes.fill(0, 100, 4096)
        writeFileSync(file, bytes)
      },
    ],
  ])('a database that %s is set aside, and a new one begun', (_name, spoil) => {
    const path = filled()
    spoil(database(path))
    opened(path, (store) => {
      expect(store.notices).toHaveLength(1)
      expect(store.notices[0]).toMatch(
        /was damaged and a new one is begun\. The old one is .*ringback\.sqlite\.damaged-\d{8}T\d{6}/,
      )
      expect(store.history(all).total).toBe(0)
      store.addCall(pastCall('new'))
      store.flush()
      expect(store.call('new').id).toBe('new')
    })
    expect(readdirSync(path).filter((name) => /\.damaged-\d{8}T\d{6}$/.test(name))).toHaveLength(1)
    expect(opened(path, ({ notices }) => notices)).toEqual([])
  })

  it('damage that shows later fails that operation with a sentence; the next start saves trunks and settings', () => {
    const path = filled()
    const bytes = readFileSync(database(path))
    const page = bytes.indexOf('{"id":"call150"') & ~4095
    bytes.fill(0xff, page, page + 4096)
    writeFileSync(database(path), bytes)
    opened(path, (store) => {
      expect(store.notices).toEqual([])
      expect(() => {
        for (let i = 0; i < 300; i++) store.call(`call${i}`)
      }).toThrow(/cannot read the profile folder .*: the database is damaged; it is looked through at the next start/)
      expect(store.trunk('one').address).toBe('pbx.example')
    })
    opened(path, (store) => {
      expect(store.notices.join()).toMatch(/trunks and settings that could still be read were taken over/)
      expect(store.secret('one')).toBe('sehr-geheim')
      expect(store.settings.keepCalls).toBe(5000)
    })
  })

  it('a start with a large history reads a row of each table, not all of it', () => {
    const path = filled(0)
    const asked: string[] = []
    const { prepare } = DatabaseSync.prototype
    DatabaseSync.prototype.prepare = function (text: string) {
      asked.push(text)
      return prepare.call(this, text)
    }
    try {
      opened(path, () => {})
    } finally {
      DatabaseSync.prototype.prepare = prepare
    }
    expect(asked.filter((text) => /check/.test(text))).toEqual([])
    expect(asked.filter((text) => /FROM calls/.test(text) && !/LIMIT 1/.test(text))).toEqual([])
  })

  it('another process that has the database locked is named', () => {
    const path = filled(0)
    const other = new DatabaseSync(database(path))
    const store = new Store(path, clock)
    other.exec('BEGIN EXCLUSIVE')
    store.addCall(pastCall('a'))
    expect(() => store.flush(true, false)).toThrow(
      /the history cannot be written: another process has had the database locked for too long/,
    )
    other.exec('ROLLBACK')
    store.flush()
    expect(store.call('a').id).toBe('a')
    store.close()
    other.close()
  })
})
