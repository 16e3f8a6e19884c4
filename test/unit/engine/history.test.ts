import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { noLogs } from '../../../electron/engine/base/log.ts'
import { History } from '../../../electron/engine/history.ts'
import { Store } from '../../../electron/engine/store/store.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { temporaryFolders } from '../../harness/folders.ts'
import { pastCall } from '../../harness/past-calls.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const folder = temporaryFolders()
const all = { limit: 5000, offset: 0, query: '', until: null, except: [] }
const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

const underWay = (id: string): CallReport => {
  const report = pastCall(id)
  return { ...report, outcome: 'in-progress', timeline: { ...report.timeline, endedAt: null, durationMs: null } }
}

function history(path: string | null = folder()) {
  const clock = new VirtualClock()
  const store = path === null ? null : new Store(path, clock)
  const changes: (string | null)[] = []
  const kept: History = new History(clock, store, noLogs.for(''), () => changes.push(kept.fault))
  closing.push(() => {
    kept.close()
    store?.close()
  })
  return { clock, kept, changes, store, path }
}

/** The ids that another process would find. */
function onDisk(path: string): string[] {
  const db = new DatabaseSync(join(path, 'ringback.sqlite'), { readOnly: true })
  const rows = db.prepare('SELECT id FROM calls ORDER BY number').all()
  db.close()
  return rows.map(({ id }) => String(id))
}

describe('the history of a running engine', () => {
  it('L5: has a call from its start, before it has ended', async () => {
    const { clock, kept, path } = history()
    kept.keep('a', () => underWay('a'))
    await clock.advance(100)
    expect(onDisk(path!)).toEqual(['a'])
  })

  it('H2: draws a call once a second however often it moves, and has its last word', async () => {
    const { clock, kept } = history()
    let drawn = 0
    for (let i = 0; i < 3000; i++) {
      kept.keep('a', () => (drawn++, underWay('a')))
      await clock.advance(1)
    }
    expect(drawn).toBe(3)
    kept.keep('a', () => pastCall('a'))
    await clock.advance(2000)
    expect(kept.list(all).entries).toMatchObject([{ id: 'a', outcome: 'answered' }])
    expect(clock.pending).toBe(0)
  })

  it('shows what was not written yet', () => {
    const { kept } = history()
    kept.keep('a', () => pastCall('a'))
    expect(kept.show('a').id).toBe('a')
    expect(kept.list(all).total).toBe(1)
  })

  it('goes on without a call whose report cannot be drawn', async () => {
    const { clock, kept } = history()
    kept.keep('bad', () => {
      throw new Error('no')
    })
    kept.keep('good', () => pastCall('good'))
    await clock.advance(2000)
    expect(kept.list(all).entries.map(({ id }) => id)).toEqual(['good'])
  })

  it('without a folder keeps the newest calls that have ended', () => {
    const { kept } = history(null)
    for (let i = 0; i < 250; i++) kept.keep(`c${i}`, () => pastCall(`c${i}`))
    kept.keep('now', () => underWay('now'))
    expect(kept.list(all)).toMatchObject({ total: 200, unreadable: 0 })
    expect(kept.show('c249').id).toBe('c249')
  })
})

describe('M10: a history that cannot be written', () => {
  it('says why, tries again less and less often, loses nothing, and says when it works again', async () => {
    const { clock, kept, changes, path } = history()
    const other = new DatabaseSync(join(path!, 'ringback.sqlite'))
    other.exec('BEGIN EXCLUSIVE')
    kept.keep('a', () => pastCall('a'))
    await clock.advance(100)
    expect(kept.fault).toMatch(/^the history cannot be written: another process has had the database locked/)
    kept.keep('b', () => pastCall('b'))
    // 1, 2 and 4 seconds later.
    await clock.advance(7200)
    expect(changes).toHaveLength(1)
    expect(kept.show('b').id).toBe('b')
    other.exec('ROLLBACK')
    other.close()
    await clock.advance(40_000)
    expect(changes).toEqual([expect.stringContaining('locked'), null])
    expect(onDisk(path!)).toEqual(['a', 'b'])
    expect(clock.pending).toBe(0)
  })

  it('keeps the newest thousand calls in memory meanwhile; those that fall out are counted and said', async () => {
    const { clock, kept, store, path } = history()
    const other = new DatabaseSync(join(path!, 'ringback.sqlite'))
    other.exec('BEGIN EXCLUSIVE')
    for (let i = 0; i < 1005; i++) kept.keep(`c${i}`, () => pastCall(`c${i}`))
    await clock.advance(100)
    expect(kept.lost).toBe(5)
    expect(store!.notices[0]).toBe('Call c0 is not in the history: more than 1000 calls waited to be written.')
    other.exec('ROLLBACK')
    other.close()
    await clock.advance(40_000)
    expect(onDisk(path!)).toHaveLength(1000)
    expect(kept.lost).toBe(5)
  })

  it('that lost a call to a value that cannot be says so too', async () => {
    const { clock, kept, changes } = history()
    kept.keep('bad', () => ({ ...pastCall('bad'), status: { code: 1e24, reason: '' } }))
    await clock.advance(100)
    expect([kept.lost, kept.fault, changes]).toEqual([1, null, [null]])
  })
})
