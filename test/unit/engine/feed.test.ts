import { describe, expect, it } from 'vitest'
import { Feed, type EntityKey, type FeedSource } from '../../../electron/engine/feed.ts'
import type { Change, Delta } from '../../../shared/contract/state.ts'
import { openBoundary } from '../../harness/boundary.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const key = (id: string): EntityKey => ({ kind: 'call', id })
const gone = (id: string): Change => ({ kind: 'gone', of: 'call', id })

function feed(keys: string[] = []): { feed: Feed; clock: VirtualClock; asked: string[] } {
  const clock = new VirtualClock()
  const asked: string[] = []
  const source: FeedSource = {
    keys: () => keys.map(key),
    changes: ({ id }) => {
      asked.push(id)
      return [gone(id)]
    },
    figures: () => {},
  }
  return { feed: new Feed(clock, openBoundary().boundary, source), clock, asked }
}

describe('the feed', () => {
  it('tells the whole state first, then numbered changes, each entity once however often it changed', async () => {
    const { feed: news, clock } = feed(['a', 'b'])
    const deltas: Delta[] = []
    news.subscribe({ reports: 'watched' }, (delta) => void deltas.push(delta))
    for (let i = 0; i < 10; i++) news.change(key('a'))
    news.change(key('c'))
    await clock.advance(50)
    news.change(key('b'))
    await clock.advance(50)
    expect(deltas).toEqual([
      { seq: 0, changes: [gone('a'), gone('b')] },
      { seq: 1, changes: [gone('a'), gone('c')] },
      { seq: 2, changes: [gone('b')] },
    ])
    news.close()
  })

  it('waits for a watcher that is busy, and then tells everything at once; another is not held up', async () => {
    const { feed: news, clock, asked } = feed()
    const slow: Delta[] = []
    const fast: Delta[] = []
    let take: () => void = () => {}
    news.subscribe({ reports: 'watched' }, (delta) => {
      slow.push(delta)
      return new Promise<void>((resolve) => (take = resolve))
    })
    news.subscribe({ reports: 'watched' }, (delta) => void fast.push(delta))
    for (let i = 0; i < 100; i++) {
      news.change(key('a'))
      news.change(key(`b${i % 3}`))
      await clock.advance(50)
    }
    expect(slow.length).toBe(1)
    expect(fast.length).toBe(101)
    asked.length = 0
    take()
    await clock.advance(50)
    expect(slow.map(({ seq }) => seq)).toEqual([0, 1])
    expect(slow[1]!.changes).toEqual([gone('a'), gone('b0'), gone('b1'), gone('b2')])
    expect(asked.length).toBe(4)
    news.close()
  })

  it('tells of the others when one entity cannot be drawn, and goes on', async () => {
    const clock = new VirtualClock()
    const { boundary, faults } = openBoundary()
    const news = new Feed(clock, boundary, {
      keys: () => [],
      figures: () => {},
      changes: ({ id }) => {
        if (id === 'bad') throw new Error('cannot be drawn')
        return [gone(id)]
      },
    })
    const deltas: Delta[] = []
    news.subscribe({ reports: 'watched' }, (delta) => void deltas.push(delta))
    for (const id of ['a', 'bad', 'b']) news.change(key(id))
    await clock.advance(50)
    news.change(key('c'))
    await clock.advance(50)
    expect(deltas.slice(1).map(({ changes }) => changes)).toEqual([[gone('a'), gone('b')], [gone('c')]])
    expect(faults.map(({ place }) => place)).toEqual(['state'])
    news.close()
  })

  it('tells nothing after the end of a subscription', async () => {
    const { feed: news, clock } = feed()
    const deltas: Delta[] = []
    const subscription = news.subscribe({ reports: 'live' }, (delta) => void deltas.push(delta))
    subscription.end()
    news.change(key('a'))
    await clock.advance(1000)
    expect(deltas.length).toBe(1)
    expect(news.live).toBe(false)
    news.close()
  })
})
