import { afterEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../electron/engine/engine.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import type { Delta } from '../../shared/contract/state.ts'
import type { CallView } from '../../shared/contract/views.ts'
import { silence, tone } from '../../electron/engine/media/audio/source.ts'
import { Engines, over, until } from '../harness/engines.ts'
import { VoicePhone } from '../harness/voice-phone.ts'

const engines = new Engines()
const phones: VoicePhone[] = []
afterEach(async () => {
  for (const phone of phones.splice(0)) phone.close()
  await engines.close()
})

function phoneOf(engine: Engine): VoicePhone {
  phones.push(new VoicePhone(engine))
  return phones.at(-1)!
}

/** A call of a window to an agent that answers so, which is under way. */
async function placed(answer: 'echo' | 'silence', codec: string, attended = true) {
  const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: answer } }, codecs: [codec] })
  const engine = engines.open({ attended })
  const { id } = await engine.execute('call.place', {
    uri: `sip:x@127.0.0.1:${agent.port}`,
    codecs: [codec],
    source: { kind: 'microphone' },
  })
  await until(engine, id, ({ media }) => media.length > 0)
  return { engine, id, agent }
}

function viewsOf(engine: Engine): CallView[] {
  const views: CallView[] = []
  const hear = ({ changes }: Delta) => {
    for (const change of changes) if (change.kind === 'call') views.push(change.call)
  }
  engine.subscribe({ reports: 'watched' }, hear).end()
  return views
}

const viewOf = (engine: Engine, id: string) => viewsOf(engine).find((view) => view.id === id)!

const heard = ({ streams, media }: CallReport) =>
  streams.find(({ destination }) => destination === media.at(-1)!.local)!.level?.peakDbfs ?? null

const marker = { kind: 'marker' } as const
const quiet = { kind: 'samples', at: silence } as const

describe('a microphone', () => {
  it.each([
    ['PCMU', ['opus', 'G722', 'PCMU']],
    ['G722', ['opus', 'G722', 'PCMU']],
    // What the phone does not have is coded once more.
    ['L16', ['opus', 'PCMU']],
    ['PCMA', ['opus']],
  ])('talks in a call in %s, and hears who is there', async (codec, codecs) => {
    const { engine, id, agent } = await placed('echo', codec)
    const phone = phoneOf(engine)
    const { uri } = await engine.execute('call.voice', { id })
    await phone.call(uri, codecs, marker)
    await expect.poll(() => phone.observed.join('\n'), { timeout: 8000 }).toContain('our marker came back')
    const { voice } = viewOf(engine, id)
    const leg = await engine.execute('call.report', { id: voice! })
    expect(leg.media.at(-1)!.codec).toBe(codecs.includes(codec) ? codec : codecs[0])
    expect(viewOf(engine, voice!).voiceOf).toBe(id)
    await engine.execute('call.hangUp', { id })
    await until(engine, voice!, over)
    await expect.poll(() => agent.ended.length).toBe(1)
    expect(heard(agent.ended[0]!)).toBeGreaterThan(-20)
  })

  it.each(['PCMU', 'G722', 'opus'])('that speaks %s as the call does is not coded twice', async (codec) => {
    const { engine, id } = await placed('silence', codec)
    const phone = phoneOf(engine)
    const noise = {
      read: (frame: Int16Array) => void frame.forEach((_, i) => (frame[i] = (Math.random() - 0.5) * 8000)),
    }
    await phone.call((await engine.execute('call.voice', { id })).uri, [codec], { kind: 'samples', at: () => noise })
    const passedOn = async () => {
      const { base64 } = await engine.execute('call.export', { id, format: 'pcap' })
      const pcap = Buffer.from(base64, 'base64')
      return phone.sent.filter((payload) => pcap.includes(payload)).length
    }
    await expect.poll(passedOn, { timeout: 8000 }).toBeGreaterThan(50)
  })

  it('that comes before the answer waits for it, and speaks as is agreed then', async () => {
    const agent = await engines.agent({
      behaviour: { kind: 'answer', source: { kind: 'echo' } },
      codecs: ['G722'],
      answerDelayMs: 700,
    })
    const engine = engines.open({ attended: true })
    const { id } = await engine.execute('call.place', {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      codecs: ['PCMU', 'G722'],
      source: { kind: 'microphone' },
    })
    const phone = phoneOf(engine)
    await phone.call((await engine.execute('call.voice', { id })).uri, ['opus', 'PCMU', 'G722'], marker)
    await expect.poll(() => phone.observed.join('\n'), { timeout: 8000 }).toContain('our marker came back')
    const leg = await engine.execute('call.report', { id: viewOf(engine, id).voice! })
    expect(leg.media.map(({ codec }) => codec)).toEqual(['G722'])
  })

  it('that waits for an answer is let go of when there is none', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'ring' } })
    const engine = engines.open({ attended: true })
    const { id } = await engine.execute('call.place', {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      source: { kind: 'microphone' },
    })
    const called = phoneOf(engine).call((await engine.execute('call.voice', { id })).uri, ['PCMU'], quiet)
    const refused = expect(called).rejects.toThrow('480')
    await expect.poll(() => viewsOf(engine).some(({ voiceOf }) => voiceOf === id)).toBe(true)
    await engine.execute('call.hangUp', { id })
    await refused
  })

  it('is let in once for each call.voice, and by nothing else', async () => {
    const { engine, id } = await placed('silence', 'PCMU')
    const phone = phoneOf(engine)
    await expect(phone.call('sip:guessed@voice.invalid', ['PCMU'], quiet)).rejects.toThrow('404')
    const { uri } = await engine.execute('call.voice', { id })
    const leg = await phone.call(uri, ['PCMU'], quiet)
    await expect(phone.call(uri, ['PCMU'], quiet)).rejects.toThrow('404')
    expect(leg.state.kind).toBe('answered')
    await expect(engine.execute('call.voice', { id: viewOf(engine, id).voice! })).rejects.toThrow('nobody talks in it')
    await engine.execute('call.hangUp', { id })
    await until(engine, id, over)
    await expect(engine.execute('call.voice', { id })).rejects.toThrow('is not under way')
  })

  it('that goes away leaves the call with the source that was chosen for it', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'silence' } } })
    const engine = engines.open({ attended: true })
    const { id } = await engine.execute('call.place', {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      source: { kind: 'tone', hz: 440 },
    })
    await until(engine, id, ({ media }) => media.length > 0)
    const phone = phoneOf(engine)
    await phone.call((await engine.execute('call.voice', { id })).uri, ['PCMU'], quiet)
    await expect.poll(() => viewOf(engine, id).voice).not.toBeNull()
    phones.splice(0)
    phone.close()
    await expect.poll(() => viewOf(engine, id).voice).toBeNull()
    const { observations } = await until(engine, id, (report) => report.observations.length > 1)
    expect(observations.map(({ text }) => text)).toContain('nobody talks any more: the chosen source goes on')
    await engine.execute('call.hangUp', { id })
    expect((await until(engine, id, over)).streams.length).toBeGreaterThan(0)
  })

  it('of another window takes the place of the first one', async () => {
    const { engine, id } = await placed('silence', 'PCMU')
    const [first, second] = [phoneOf(engine), phoneOf(engine)]
    const talk = async (phone: VoicePhone) =>
      phone.call((await engine.execute('call.voice', { id })).uri, ['PCMU'], {
        kind: 'samples',
        at: (hz) => tone(500, hz),
      })
    const before = await talk(first)
    await expect.poll(() => viewOf(engine, id).voice).not.toBeNull()
    const { voice } = viewOf(engine, id)
    const after = await talk(second)
    await expect.poll(() => before.state.kind).toBe('ended')
    expect(viewOf(engine, id).voice).not.toBe(voice)
    expect([viewOf(engine, id).voice === null, after.state.kind]).toEqual([false, 'answered'])
  })

  it('is in no call where nobody looks on', async () => {
    await expect(placed('silence', 'PCMU', false)).rejects.toThrow(
      'a microphone is that of a window, and none is open: choose another source',
    )
  })
})
