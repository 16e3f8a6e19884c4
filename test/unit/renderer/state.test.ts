import { afterEach, describe, expect, it, vi } from 'vitest'
import { draftFault } from '../../../renderer/state/dial.ts'
import { apply, useEngine } from '../../../renderer/state/engine.ts'
import { emptyDraft, readDraft, redial, useUi, writeDraft } from '../../../renderer/state/ui.ts'
import { withPlace } from '../../../renderer/ui/remedies.ts'
import { placedSchema } from '../../../shared/contract/place-call.ts'
import type { AgentView } from '../../../shared/contract/state.ts'

// The bridge reads the link of its page when it is loaded.
vi.hoisted(() => vi.stubGlobal('location', { hash: '' }))

const agent = (id: string): AgentView => ({ id, addresses: [], answering: 'echo', calls: 0, activeCalls: 0 })

describe('the state of a window', () => {
  it('changes only the maps that something changes in, and never those that were shown before', () => {
    const before = useEngine.getState()
    const after = apply(before, [
      { kind: 'agent', agent: agent('a') },
      { kind: 'agent', agent: agent('b') },
      { kind: 'gone', of: 'agent', id: 'a' },
      { kind: 'gone', of: 'call', id: 'never heard of' },
    ])
    expect([...after.agents.keys()]).toEqual(['b'])
    expect(before.agents.size).toBe(0)
    expect(after.trunks).toBe(before.trunks)
    expect(after.reports).toBe(before.reports)
  })

  it('keeps what could not be kept', () => {
    const after = apply(useEngine.getState(), [{ kind: 'storage', fault: 'the disk is full', lost: 3 }])
    expect(after).toMatchObject({ storageFault: 'the disk is full', callsLost: 3 })
  })
})

describe('a call that is dialled again', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('asks for the values of its secret headers, which were not kept, and is not placed without them', () => {
    vi.stubGlobal('document', { getElementById: () => null })
    redial(
      placedSchema.parse({
        uri: 'sip:a@192.0.2.1',
        headers: [
          { name: 'X-Api-Key', value: 'xxxxxxxx', secret: true },
          { name: 'X-Plain', value: 'xxxxxxxx' },
        ],
      }),
    )
    const { draft, dialOptions } = useUi.getState()
    expect(draft.headers).toMatchObject([
      { name: 'X-Api-Key', value: '', secret: true },
      { name: 'X-Plain', value: 'xxxxxxxx' },
    ])
    expect(dialOptions).toBe(true)
    expect(draftFault(draft)?.text).toMatch(/X-Api-Key is secret and was not kept: type it again/)
    const typed = draft.headers.map((row) => (row.secret ? { ...row, value: 'again' } : row))
    expect(draftFault({ ...draft, headers: typed })).toBeNull()
    const off = draft.headers.map((row) => ({ ...row, enabled: !row.secret }))
    expect(draftFault({ ...draft, headers: off })).toBeNull()
    expect(
      draftFault({ ...emptyDraft, uri: 'sip:a@b.example', impairments: 'loss=5%, jitter=30ms, no-ack' }),
    ).toBeNull()
    expect(draftFault({ ...emptyDraft, uri: 'sip:a@b.example', impairments: 'loss=5' })).toMatchObject({
      of: 'impairments',
      text: expect.stringMatching(/write it like loss=5%/),
    })
  })
})

describe('a remedy in the window', () => {
  it('is the screen and the field that it is carried out in', () => {
    expect(withPlace('digest authentication needs a user', { code: 'set-user' })).toBe(
      'digest authentication needs a user (Trunks, User name)',
    )
    expect(withPlace('the folder is locked', { code: 'choose-profile' })).toBe('the folder is locked')
    expect(withPlace('Wait.', undefined)).toBe('Wait.')
  })
})

describe('the draft that a reload finds again', () => {
  it('has what was typed, but neither a password in the URI nor the value of a secret header', () => {
    const headers = [{ key: 1, name: 'X-Auth-Token', value: 'planted', enabled: true }]
    const kept = readDraft(writeDraft({ ...emptyDraft, uri: 'sip:1001@192.0.2.1', displayName: 'Ann', headers }))
    expect(kept).toMatchObject({
      uri: 'sip:1001@192.0.2.1',
      displayName: 'Ann',
      headers: [{ value: '', secret: true }],
    })
    expect(readDraft(writeDraft({ ...emptyDraft, uri: 'sip:alice:planted@192.0.2.1' })).uri).toBe('')
  })
})
