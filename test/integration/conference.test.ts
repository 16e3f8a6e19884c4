import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../electron/engine/engine.ts'
import type { StartAgent } from '../../shared/contract/commands.ts'
import type { SourceArgs } from '../../shared/contract/place-call.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import type { CallView } from '../../shared/contract/views.ts'
import { tone } from '../../electron/engine/media/audio/source.ts'
import { Engines, over, until } from '../harness/engines.ts'
import { toneOf } from '../harness/tone-files.ts'
import { VoicePhone } from '../harness/voice-phone.ts'

const engines = new Engines()
const folders: string[] = []
const phones: VoicePhone[] = []
afterEach(async () => {
  for (const phone of phones.splice(0)) phone.close()
  await engines.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An agent that says a tone and records what it hears. */
async function party(hz: number, codec: string, more: Partial<StartAgent> = {}) {
  const recordDirectory = mkdtempSync(join(tmpdir(), 'ringback-conference-'))
  folders.push(recordDirectory)
  const behaviour = { kind: 'answer', source: { kind: 'tone', hz } } as const
  const agent = await engines.agent({ behaviour, codecs: [codec], recordDirectory, ...more })
  return {
    ...agent,
    /** How much of what it heard in the middle of its call is that tone. */
    heard: (tone: number) => toneOf(join(recordDirectory, readdirSync(recordDirectory)[0]!), tone, 1),
    async ended(): Promise<CallReport> {
      await expect.poll(() => agent.ended.length, { timeout: 10_000 }).toBe(1)
      return agent.ended[0]!
    },
  }
}

type Party = Awaited<ReturnType<typeof party>>

async function call(engine: Engine, { port }: Party, codec: string, source: SourceArgs): Promise<string> {
  const { id } = await engine.execute('call.place', { uri: `sip:x@127.0.0.1:${port}`, codecs: [codec], source })
  await until(engine, id, ({ media, timeline }) => media.length > 0 && timeline.answeredAt !== null)
  return id
}

function viewOf(engine: Engine, id: string): CallView {
  const views: CallView[] = []
  engine
    .subscribe({ reports: 'watched' }, ({ changes }) => {
      for (const change of changes) if (change.kind === 'call') views.push(change.call)
    })
    .end()
  return views.find((view) => view.id === id)!
}

/** Calls of a window with those parties; in the first one a person says the tone of 1700 Hz. */
async function talkedInFirst(parties: readonly Party[]) {
  const engine = engines.open({ attended: true })
  const ids: string[] = []
  for (const one of parties) ids.push(await call(engine, one, 'PCMU', { kind: 'microphone' }))
  const phone = new VoicePhone(engine)
  phones.push(phone)
  const { uri } = await engine.execute('call.voice', { id: ids[0]! })
  await phone.call(uri, ['PCMU'], { kind: 'samples', at: (rateHz) => tone(1700, rateHz) })
  return { engine, ids, voice: viewOf(engine, ids[0]!).voice! }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const reportOf = (engine: Engine, id: string) => engine.execute('call.report', { id })
const told = ({ observations }: CallReport) =>
  observations.filter(({ kind }) => kind.endsWith('joined')).map(({ kind, value }) => [kind, value])

const ours = { kind: 'tone', hz: 1700 } as const
const other = { kind: 'tone', hz: 2900 } as const

describe('calls that are joined', () => {
  it('let each party hear the others and us, and not itself, each in its codec', async () => {
    const parties = await Promise.all([party(400, 'PCMU'), party(650, 'G722'), party(1050, 'opus')])
    const engine = engines.open()
    const codecs = ['PCMU', 'G722', 'opus']
    const ids = await Promise.all(parties.map((one, i) => call(engine, one, codecs[i]!, i === 0 ? ours : other)))
    const [a, b, c] = ids as [string, string, string]
    await engine.execute('call.join', { id: a, with: b })
    await engine.execute('call.join', { id: c, with: b })
    expect(viewOf(engine, b).joined).toEqual([a, c])
    await pause(4000)
    for (const id of ids) await engine.execute('call.hangUp', { id })
    for (const [i, one] of parties.entries()) {
      await one.ended()
      for (const [k, hz] of [400, 650, 1050].entries())
        if (k === i) expect(one.heard(hz)).toBeLessThan(0.02)
        else expect(one.heard(hz)).toBeGreaterThan(0.15)
      expect(one.heard(1700)).toBeGreaterThan(0.15)
      expect(one.heard(2900)).toBeLessThan(0.02)
    }
    const report = await reportOf(engine, a)
    expect(told(report).slice(0, 2)).toEqual([
      ['joined', b],
      ['joined', c],
    ])
    expect(report.observations.find(({ kind }) => kind === 'joined')!.text).toContain(`x@127.0.0.1:${parties[1].port}`)
    for (const id of ids) {
      const { verdict, findings, conversation } = await reportOf(engine, id)
      expect([verdict.kind, findings]).toEqual(['two-way-audio', []])
      expect(conversation?.joined).toHaveLength(1)
      // Both sides of a call speak from the answer on: that was before.
      const since = conversation!.joined![0]!.atMs
      expect(conversation!.bargeIns.filter(({ atMs }) => atMs >= since)).toEqual([])
      expect(conversation!.turns.filter(({ atMs, gapMs }) => atMs >= since && gapMs !== null)).toEqual([])
    }
  })

  it('are off hold, and whoever leaves is where it was before', async () => {
    const [first, second] = await Promise.all([party(400, 'PCMU'), party(650, 'PCMA')])
    const engine = engines.open()
    const [a, b] = [await call(engine, first, 'PCMU', ours), await call(engine, second, 'PCMA', other)]
    await engine.execute('call.hold', { id: a, on: true })
    await engine.execute('call.join', { id: b, with: a })
    expect([viewOf(engine, a).held, viewOf(engine, a).joined, viewOf(engine, b).joined]).toEqual([false, [b], [a]])
    expect((await reportOf(engine, a)).media.at(-1)!.direction).toBe('sendrecv')
    await pause(500)
    await engine.execute('call.leave', { id: b })
    expect([viewOf(engine, a).held, viewOf(engine, b).held]).toEqual([true, false])
    expect([viewOf(engine, a).joined, viewOf(engine, b).joined]).toEqual([[], []])
    const heardBefore = second.ended
    await pause(3000)
    await engine.execute('call.hangUp', { id: b })
    await heardBefore()
    // Its own source goes on.
    expect(second.heard(2900)).toBeGreaterThan(0.9)
    expect(told(await reportOf(engine, b))).toEqual([
      ['joined', a],
      ['unjoined', a],
    ])
    await expect(engine.execute('call.leave', { id: a })).rejects.toThrow('is not joined with another one')
  })

  it('let a party that is put on hold go', async () => {
    const [first, second] = await Promise.all([party(400, 'PCMU'), party(650, 'PCMU')])
    const engine = engines.open()
    const [a, b] = [await call(engine, first, 'PCMU', ours), await call(engine, second, 'PCMU', other)]
    await engine.execute('call.join', { id: a, with: b })
    await engine.execute('call.hold', { id: b, on: true })
    expect([viewOf(engine, b).held, viewOf(engine, b).joined, viewOf(engine, a).joined]).toEqual([true, [], []])
  })

  it('go on when one party hangs up: the others talk, and a microphone goes with them', async () => {
    const parties = await Promise.all([party(400, 'PCMU'), party(650, 'PCMU'), party(1050, 'PCMU')])
    const { engine, ids, voice } = await talkedInFirst(parties)
    const [a, b, c] = ids as [string, string, string]
    await engine.execute('call.join', { id: a, with: b })
    await engine.execute('call.join', { id: a, with: c })
    await pause(300)
    // The one in which the person talks is ended by its peer.
    await parties[0].engine.execute('agent.stop', { id: parties[0].id })
    await until(engine, a, over)
    expect(viewOf(engine, b).joined).toEqual([c])
    expect([viewOf(engine, b).voice, viewOf(engine, voice).voiceOf]).toEqual([voice, b])
    await pause(4000)
    await engine.execute('call.hangUp', { id: c })
    await parties[2].ended()
    await expect.poll(() => viewOf(engine, b).joined).toEqual([])
    expect([viewOf(engine, b).state, viewOf(engine, b).voice]).toEqual(['answered', voice])
    await engine.execute('call.hangUp', { id: b })
    await parties[1].ended()
    for (const [one, hz] of [
      [parties[1], 1050],
      [parties[2], 650],
    ] as const) {
      expect(one.heard(hz)).toBeGreaterThan(0.3)
      expect(one.heard(1700)).toBeGreaterThan(0.3)
      expect(one.heard(400)).toBeLessThan(0.02)
    }
    await until(engine, voice, over)
  })

  it('take a microphone nowhere from a call that has left them', async () => {
    const parties = await Promise.all([party(400, 'PCMU'), party(650, 'PCMU'), party(1050, 'PCMU')])
    const { engine, ids, voice } = await talkedInFirst(parties)
    const [a, b, c] = ids as [string, string, string]
    await engine.execute('call.join', { id: a, with: b })
    await engine.execute('call.join', { id: b, with: c })
    await engine.execute('call.leave', { id: a })
    await engine.execute('call.hangUp', { id: a })
    await until(engine, voice, over)
    expect(viewOf(engine, b)).toMatchObject({ joined: [c], voice: null })
  })

  it('keep our voice out of one that is muted, and a microphone that goes with the others stays muted', async () => {
    const parties = await Promise.all([party(400, 'PCMU'), party(650, 'PCMU'), party(1050, 'PCMU')])
    const { engine, ids, voice } = await talkedInFirst(parties)
    const [a, b, c] = ids as [string, string, string]
    await engine.execute('call.mute', { id: b, on: true })
    await engine.execute('call.join', { id: a, with: b })
    await engine.execute('call.join', { id: a, with: c })
    await pause(3000)
    for (const id of [b, c]) await engine.execute('call.leave', { id })
    for (const id of [b, c]) await engine.execute('call.hangUp', { id })
    for (const one of parties.slice(1)) {
      await one.ended()
      expect(one.heard(400)).toBeGreaterThan(0.3)
    }
    expect(parties[1]!.heard(1700)).toBeLessThan(0.02)
    expect(parties[2]!.heard(1700)).toBeGreaterThan(0.3)

    const d = await call(engine, parties[1]!, 'PCMU', { kind: 'microphone' })
    await engine.execute('call.join', { id: a, with: d })
    await engine.execute('call.mute', { id: a, on: true })
    await engine.execute('call.hangUp', { id: a })
    await until(engine, a, over)
    expect(viewOf(engine, d)).toMatchObject({ voice, muted: true })
  })

  it('are not joined where one ends meanwhile: the other is on hold as before', async () => {
    const [first, second] = await Promise.all([party(400, 'PCMU'), party(650, 'PCMU')])
    const engine = engines.open()
    const [a, b] = [await call(engine, first, 'PCMU', ours), await call(engine, second, 'PCMU', other)]
    for (const id of [a, b]) await engine.execute('call.hold', { id, on: true })
    const joined = engine.execute('call.join', { id: a, with: b })
    await engine.execute('call.hangUp', { id: b })
    await expect(joined).rejects.toThrow(b)
    expect(viewOf(engine, a)).toMatchObject({ held: true, joined: [] })
  })

  it('of which only one speaks blame nobody for the silence of the other', async () => {
    const [first, second] = await Promise.all([
      party(400, 'PCMU'),
      party(650, 'PCMU', { behaviour: { kind: 'answer', source: { kind: 'silence' } } }),
    ])
    const engine = engines.open()
    const silence = { kind: 'silence' } as const
    const [a, b] = [await call(engine, first, 'PCMU', silence), await call(engine, second, 'PCMU', silence)]
    await engine.execute('call.join', { id: a, with: b })
    await pause(2500)
    for (const id of [a, b]) await engine.execute('call.hangUp', { id })
    await first.ended()
    for (const id of [a, b]) expect((await reportOf(engine, id)).findings).toEqual([])
    expect((await reportOf(engine, b)).verdict).toMatchObject({ kind: 'unknown', missing: null })
  })

  it('are two that are answered, and not joined yet', async () => {
    const [first, second] = await Promise.all([party(400, 'PCMU'), party(650, 'PCMU', { behaviour: { kind: 'ring' } })])
    const engine = engines.open()
    const a = await call(engine, first, 'PCMU', ours)
    const { id: b } = await engine.execute('call.place', { uri: `sip:x@127.0.0.1:${second.port}` })
    await expect(engine.execute('call.join', { id: a, with: b })).rejects.toThrow('is not answered')
    await expect(engine.execute('call.join', { id: a, with: a })).rejects.toThrow('not with itself')
    await expect(engine.execute('call.join', { id: a, with: 'nobody' })).rejects.toThrow('there is no call "nobody"')
    const c = await call(engine, first, 'PCMU', ours)
    await engine.execute('call.join', { id: a, with: c })
    await expect(engine.execute('call.join', { id: c, with: a })).rejects.toThrow('are joined already')
  })
})
