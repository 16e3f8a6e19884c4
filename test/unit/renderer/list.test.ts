import { describe, expect, it } from 'vitest'
import { hitsOf, partsOf } from '../../../renderer/features/calls/party-parts.ts'
import { isLegOf, sectionsOf, type ListRow } from '../../../renderer/features/calls/sections.ts'
import { ranked } from '../../../renderer/features/palette/entries.ts'
import { addressOf, fragmentOf } from '../../../renderer/state/place.ts'
import type { CaptureLine } from '../../../shared/contract/captures.ts'
import type { HistoryEntry } from '../../../shared/contract/lists.ts'
import type { CallView, CaptureView } from '../../../shared/contract/views.ts'
import { fitsFields, parseCallQuery, withoutTerm, type Filtered } from '../../../shared/model/call-query.ts'

const view = (id: string, part: Partial<CallView> = {}) =>
  ({
    id,
    direction: 'outbound',
    from: 'sip:a@h',
    to: 'sip:b@h',
    startedAt: '2026-01-01T00:00:00Z',
    ...part,
  }) as CallView
const line = (part: Partial<CaptureLine>) =>
  ({
    type: 'call',
    id: '1',
    callId: 'first',
    from: 'sip:a@h',
    to: 'sip:b@h',
    startedAt: '2026-01-01T00:00:00Z',
    ...part,
  }) as CaptureLine
const entry = (id: string, callId: string) => ({ id, callId }) as HistoryEntry

describe('the list of calls', () => {
  it('has live calls, then open captures under a row each, then past calls', () => {
    const { count, at } = sectionsOf(
      [view('live')],
      [
        {
          capture: { id: 'cap' } as CaptureView,
          open: true,
          total: 2,
          cut: false,
          listed: (index) => (index === 0 ? { id: 'cap.1', line: line({}) } : undefined),
        },
        { capture: { id: 'shut' } as CaptureView, open: false, total: 9, cut: false, listed: () => undefined },
      ],
      { total: 1, entry: () => entry('past', 'p') },
    )
    const rows = Array.from({ length: count }, (_, i) => at(i))
    expect(rows.map(({ kind, id }) => [kind, id])).toEqual([
      ['live', 'live'],
      ['capture', null],
      ['item', 'cap.1'],
      ['item', null],
      ['capture', null],
      ['heading', null],
      ['past', 'past'],
    ])
  })

  it('shows the leg that was placed over the one that came in, though that is the newer', () => {
    const entries = [
      { ...entry('in', 'same'), direction: 'inbound' },
      { ...entry('out', 'same'), direction: 'outbound' },
      { ...entry('other', 'else'), direction: 'inbound' },
    ] as HistoryEntry[]
    const { at } = sectionsOf([], [], { total: 3, entry: (index) => entries[index] })
    expect([0, 1, 2].map((i) => at(i).id)).toEqual(['out', 'in', 'other'])
  })

  it('shows the legs of one call under one another, and no other calls', () => {
    const past = (id: string, callId: string): ListRow => ({ kind: 'past', id, entry: entry(id, callId), index: 0 })
    expect(isLegOf(past('b', 'same'), past('a', 'same'))).toBe(true)
    expect(isLegOf(past('b', ''), past('a', ''))).toBe(false)
    const live = (part: Partial<CallView>): ListRow => ({ kind: 'live', id: 'x', call: view('x', part) })
    expect(isLegOf(live({ direction: 'inbound' }), live({}))).toBe(true)
    expect(isLegOf(live({}), live({}))).toBe(false)
    const seen = (part: Partial<CaptureLine>): ListRow => ({
      kind: 'item',
      id: 'x',
      capture: 'c',
      line: line(part),
      index: 0,
    })
    expect(isLegOf(seen({ id: '2', legs: ['1'] }), seen({ id: '1', legs: ['2'] }))).toBe(true)
    // The third leg of a call knows the first only.
    expect(isLegOf(seen({ id: '3', legs: ['1'] }), seen({ id: '2', legs: ['1'] }))).toBe(true)
    expect(isLegOf(seen({ id: '2' }), seen({ id: '1' }))).toBe(false)
    expect(isLegOf(seen({ id: '2', legs: ['9'] }), seen({ id: '1', legs: ['8'] }))).toBe(false)
  })

  it('never cuts what tells calls apart: the user first, and the port', () => {
    expect(partsOf('+19995551234@very-long-name.of-a-host.example.com:5061', 34)).toEqual([
      '+19995551234',
      '@very-lon…ple.com:5061',
    ])
    expect(partsOf('a@h:5060', 34)).toEqual(['a', '@h:5060'])
    expect(partsOf('nobody', 34)).toEqual(['nobody', ''])
    expect(partsOf(`${'x'.repeat(300)}@h:5060`, 34)[1]).toMatch(/:5060$/)
  })

  it('marks the words of the filter where they stand', () => {
    expect(hitsOf('+1999@Example.com', ['example', '999'])).toEqual(['+1', '999', '@', 'Example', '.com'])
    expect(hitsOf('İstanbul', ['i'])).toEqual(['İstanbul'])
  })
})

describe('a filter of calls', () => {
  const call: Filtered = {
    direction: 'inbound',
    from: 'sip:Alice@h',
    to: 'sip:bob@h',
    trunk: 'Acme-EU',
    outcome: 'refused',
    kind: 'not-answered',
    status: 403,
  }
  it.each([
    ['status:403', true],
    ['status:4xx', true],
    ['status:40', false],
    ['status:5xx', false],
    ['trunk:acme', true],
    ['verdict:not', true],
    ['verdict:refused', true],
    ['verdict:one-way', false],
    ['dir:in', true],
    ['dir:seen', false],
    ['dir:sideways', false],
    ['from:alice to:bob', true],
  ])('%s fits: %s', (query, fits) => {
    expect(fitsFields(call, parseCallQuery(query).fields)).toBe(fits)
  })

  it('leaves what is no field to the words, and takes a field away', () => {
    expect(parseCallQuery('x-call-id: test STATUS:403 from:')).toEqual({
      fields: [{ field: 'status', value: '403' }],
      words: ['x-call-id:', 'test', 'from:'],
    })
    expect(withoutTerm('a Status:403 b', { field: 'status', value: '403' })).toBe('a b')
  })
})

describe('the address of what is looked at', () => {
  it.each([
    ['', {}],
    ['#/trunks', { screen: 'trunks' }],
    ['#/trunks/my-pbx', { screen: 'trunks', part: 'my-pbx' }],
    ['#/trunks/%2B', { screen: 'trunks', part: '+' }],
    ['#/settings/last-rtp-port', { screen: 'settings', part: 'last-rtp-port' }],
    ['#/calls/id.1', { call: 'id.1' }],
    ['#/calls/id/message/3', { call: 'id', place: { kind: 'message', n: 2 } }],
    ['#/calls/id/finding/1', { call: 'id', place: { kind: 'finding', n: 0 } }],
    ['#/calls/a/with/b', { call: 'a', beside: 'b' }],
    ['#/calls/a%2Fb%20c', { call: 'a/b c' }],
  ] as const)('%s is there and back', (fragment, part) => {
    const address = { screen: 'calls', part: null, call: null, beside: null, place: null, ...part } as const
    expect(addressOf(fragment)).toEqual(address)
    expect(fragmentOf(address)).toBe(fragment)
  })

  it.each(['#/nowhere', '#/calls/x/message/0', '#/calls/x/message/many', '#%', '#/calls/x/toString/1'])(
    '%s leads to no place that there is not',
    (fragment) => {
      expect(addressOf(fragment)).toMatchObject({ screen: 'calls', place: null })
    },
  )
})

describe('the palette', () => {
  it('finds what has every word in it, nearest to the beginning first', () => {
    const entries = ['Go to Settings', 'Settings', 'Hang up'].map((name) => ({
      id: name,
      group: 'Window',
      name,
      run: () => {},
    }))
    expect(ranked(entries, 'sett').map(({ name }) => name)).toEqual(['Settings', 'Go to Settings'])
    expect(ranked(entries, 'window hang')).toHaveLength(1)
    expect(ranked(entries, 'nothing')).toEqual([])
  })
})
