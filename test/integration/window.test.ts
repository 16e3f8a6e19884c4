import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Boundary } from '../../electron/engine/base/boundary.ts'
import { openPort } from '../../electron/shell/window-port.ts'
import { openHost, stateOf } from '../../electron/shell/host.ts'
import type { ToWindow } from '../../shared/contract/channel.ts'
import type { Change } from '../../shared/contract/state.ts'
import type { CallView } from '../../shared/contract/views.ts'
import type { Engine } from '../../electron/engine/engine.ts'
import { Engines, over, until } from '../harness/engines.ts'

const engines = new Engines()
const folders: string[] = []
afterEach(async () => {
  await engines.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'ringback-host-')))
  return folders.at(-1)!
}

/** A tenth of a second of silence, 16 bits at 8 kHz. */
function wav(): Buffer {
  const bytes = Buffer.alloc(44 + 1600)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(36 + 1600, 4)
  bytes.write('WAVEfmt ', 8, 'latin1')
  for (const [at, value] of [
    [16, 16],
    [24, 8000],
    [28, 16_000],
    [40, 1600],
  ] as const)
    bytes.writeUInt32LE(value, at)
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    bytes.writeUInt16LE(value, at)
  bytes.write('data', 36, 'latin1')
  return bytes
}

/** Waits until a call of the state is as wanted. */
function callThat(engine: Engine, fits: (call: CallView) => boolean, timeoutMs = 10_000): Promise<CallView> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      subscription.end()
      reject(
        new Error(
          `no such call: ${JSON.stringify(stateOf(engine).filter(({ kind }) => kind === 'call')).slice(0, 1000)}`,
        ),
      )
    }, timeoutMs)
    const subscription = engine.subscribe({ reports: 'watched' }, ({ changes }) => {
      const found = changes.find(
        (change): change is Extract<Change, { kind: 'call' }> => change.kind === 'call' && fits(change.call),
      )
      if (!found) return
      clearTimeout(timer)
      queueMicrotask(() => subscription.end())
      resolve(found.call)
    })
  })
}

describe('an engine that a person looks at', () => {
  it('rings for calls to the softphone until they are answered by hand; both sides hear each other', async () => {
    const phone = engines.open({ attended: true })
    const agent = await engines.agent()
    const first = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}`, durationMs: 0 })
    const { messages } = await until(phone, first.id, over)
    const friend = engines.open()
    const { id } = await friend.execute('call.place', {
      uri: `sip:phone@${messages[0]!.source}`,
      displayName: 'مساعد 📞',
      durationMs: 2500,
    })
    const ringing = await callThat(phone, (call) => call.waiting)
    expect(ringing).toMatchObject({ direction: 'inbound', state: 'ringing', displayName: 'مساعد 📞', agent: null })
    await phone.execute('call.answer', { id: ringing.id, source: { kind: 'tone', hz: 500 } })
    expect((await until(friend, id, over)).verdict.kind).toBe('two-way-audio')
    const second = await friend.execute('call.place', { uri: `sip:phone@${messages[0]!.source}` })
    await phone.execute('call.reject', { id: (await callThat(phone, (call) => call.waiting)).id, code: 603 })
    expect((await until(friend, second.id, over)).status).toEqual({ code: 603, reason: 'Decline' })
    await expect(phone.execute('call.answer', { id: ringing.id })).rejects.toThrow(/does not wait for an answer/)
  })

  it('records from the middle of a call on, and gives the call as pcap, JSON, HTML and WAV', async () => {
    const profile = folder()
    const phone = engines.open({ attended: true, profile })
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'tone', hz: 500 } } })
    const { id } = await phone.execute('call.place', {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      headers: [{ name: 'X-CALLER-ID', value: '+15550100' }],
    })
    await until(phone, id, (report) => report.streams.length === 2)
    await expect(phone.execute('call.export', { id, format: 'wav' })).rejects.toThrow(/was not recorded/)
    const { file } = await phone.execute('call.record', { id, on: true })
    await new Promise((resolve) => setTimeout(resolve, 1200))
    await expect(phone.execute('call.export', { id, format: 'wav' })).rejects.toThrow(/stop it first/)
    await phone.execute('call.record', { id, on: false })
    const seconds = (readFileSync(file!).length - 44) / 4 / 8000
    expect(seconds).toBeGreaterThan(0.9)
    expect(seconds).toBeLessThan(2.5)
    await phone.execute('call.hangUp', { id })
    await until(phone, id, over)
    const text = async (format: 'pcap' | 'json' | 'html' | 'wav') =>
      Buffer.from((await phone.execute('call.export', { id, format })).base64, 'base64').toString('latin1')
    expect(await text('wav')).toMatch(/^RIFF/)
    expect(await text('pcap')).toMatch(/^\xd4\xc3\xb2\xa1[\s\S]*INVITE sip:x@/)
    expect(JSON.parse(await text('json'))).toMatchObject({ id, placed: { source: { kind: 'marker' } } })
    expect(await text('html')).toMatch(/15550100/)
    const { settings } = stateOf(phone).find((change) => change.kind === 'settings')!
    await phone.execute('settings.save', { settings: { ...settings, maskNumbers: true } })
    expect(await text('json')).not.toMatch(/15550100/)
    expect((await phone.execute('call.export', { id, format: 'pcap' })).note).toMatch(/phone numbers are as they were/)
  })

  it('keeps a call under way in the history, and leaves it out of the past ones', async () => {
    const profile = folder()
    const phone = engines.open({ attended: true, profile })
    const agent = await engines.agent()
    const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}` })
    await until(phone, id, (report) => report.timeline.answeredAt !== null)
    expect(await phone.execute('history.list', { query: 'x@127' })).toMatchObject({ total: 0, entries: [], live: [id] })
    // Another engine on the same folder: what a start after a crash would find.
    const later = engines.open({ profile })
    expect((await later.execute('history.list', {})).entries).toMatchObject([{ id, durationMs: null }])
  })
})

describe('a window at its engine', () => {
  it('hears hello and the whole state, then what is new of the call it watches; noise does no harm', async () => {
    const engine = engines.open({ attended: true })
    const agent = await engines.agent()
    const said: ToWindow[] = []
    const hello = { version: '0', profile: null, startedAt: '', notices: [] }
    const port = openPort(engine, hello, new Boundary(() => {}), (message) => {
      said.push(message)
      if (message.type === 'delta') queueMicrotask(() => port.message({ type: 'taken', seq: message.delta.seq }))
    })
    for (const noise of [
      null,
      1,
      'text',
      {},
      { type: 'watch' },
      { type: 'watch', ids: [1] },
      { type: 'command' },
      { type: 'command', id: 1, name: 'no.such', args: {} },
      { type: 'command', id: 2, name: '__proto__', args: {} },
    ])
      port.message(noise)
    const { id } = await engine.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}`, durationMs: 1500 })
    port.message({ type: 'watch', ids: [id] })
    port.message({ type: 'command', id: 3, name: 'call.place', args: { uri: 'sip@nowhere' } })
    await until(engine, id, over)
    await new Promise((resolve) => setTimeout(resolve, 150))
    port.close()
    expect(said[0]).toEqual({ type: 'hello', hello })
    const deltas = said.flatMap((message) => (message.type === 'delta' ? [message.delta] : []))
    expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_, i) => i))
    const reports = deltas.flatMap(({ changes }) => changes).filter((change) => change.kind === 'report')
    // Every message once, in order, and no sample twice.
    expect(
      reports.flatMap(({ report }) =>
        report.messages.map(({ startLine }) =>
          startLine
            .split(' ')
            .slice(0, 2)
            .join(' ')
            .replace(/ sip:.*/, ''),
        ),
      ),
    ).toEqual(['INVITE', 'SIP/2.0 200', 'ACK', 'BYE', 'SIP/2.0 200'])
    const times = reports.flatMap(({ samples }) => samples[0] ?? []).map(([at]) => at)
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
    expect(times.length).toBeGreaterThanOrEqual(2)
    expect(said.filter(({ type }) => type === 'fault')).toEqual([
      { type: 'fault', id: 1, kind: 'usage', message: 'there is no command "no.such"' },
      { type: 'fault', id: 2, kind: 'usage', message: 'there is no command "__proto__"' },
      { type: 'fault', id: 3, kind: 'usage', message: expect.stringMatching(/has @ where a colon belongs/) },
    ])
  })

  it('opens what was chosen in it by ids, and what is said of it names the file and no path', async () => {
    const profile = folder()
    const said: ToWindow[] = []
    const engine = engines.open({ attended: true, profile })
    const port = openPort(
      engine,
      { version: '0', profile, startedAt: '', notices: [] },
      new Boundary(() => {}),
      (message) => void said.push(message),
    )
    let id = 0
    const command = async (name: string, args: unknown) => {
      port.message({ type: 'command', id: ++id, name, args })
      for (;;) {
        const answer = said.find(
          (message) => (message.type === 'result' || message.type === 'fault') && message.id === id,
        )
        if (answer)
          return answer as {
            readonly type: string
            readonly message?: string
            readonly result?: { readonly file: string }
          }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    const put = async (name: string, text: string) =>
      (await command('file.put', { file: null, name, base64: Buffer.from(text).toString('base64') })).result!.file
    const capture = await put('my capture.pcap', 'root:x:0:0')
    const sound = await put('my sound.wav', 'root:x:0:0')
    const faults = [
      await command('capture.open', { files: [capture] }),
      await command('call.place', { uri: 'sip:a@127.0.0.1', source: { kind: 'file', path: sound } }),
    ]
    for (const path of [
      '/etc/passwd',
      join(profile, 'ringback.sqlite'),
      'file:../ringback.sqlite',
      'file:sounds/../ringback.sqlite',
    ]) {
      faults.push(
        await command('capture.open', { files: [path] }),
        await command('call.place', { uri: 'sip:a@127.0.0.1', source: { kind: 'file', path } }),
        await command('call.place', { uri: 'sip:a@127.0.0.1', pcapTo: path }),
      )
    }
    port.close()
    expect(faults.map(({ type }) => type)).toEqual(faults.map(() => 'fault'))
    expect(faults[0]!.message).toMatch(/^my capture\.pcap/)
    expect(faults[1]!.message).toMatch(/^my sound\.wav is not a WAV file/)
    for (const { message } of faults) expect(message).not.toMatch(/root|SQLi|53 51|\/tmp|\/etc/)
  })

  it('finds the sound of its agent that an earlier version kept by its path', async () => {
    const profile = folder()
    mkdirSync(join(profile, 'sounds'))
    writeFileSync(join(profile, 'sounds', 'hello.wav'), wav())
    const earlier = engines.open({ profile })
    const { settings } = stateOf(earlier).find((change) => change.kind === 'settings')!
    await earlier.execute('settings.save', {
      settings: {
        ...settings,
        agent: {
          ...settings.agent,
          listeners: [{ transport: 'udp', address: '127.0.0.1', port: 0 }],
          behaviour: { kind: 'answer', source: { kind: 'file', path: join(profile, 'sounds', 'hello.wav') } },
        },
      },
    })
    const host = await openHost({ profile, version: '1', notices: [], debug: '' }, new Boundary(() => {}))
    expect(stateOf(host.engine).find((change) => change.kind === 'settings')!.settings.agent.behaviour).toEqual({
      kind: 'answer',
      source: { kind: 'file', path: 'file:sounds/hello.wav' },
    })
    expect(
      stateOf(host.engine)
        .filter((change) => change.kind === 'agent')
        .map(({ agent }) => agent.answering),
    ).toEqual(['file'])
    expect(host.hello.notices).toEqual([])
    await host.engine.close()
  })

  it('finds the agent running; where its port is taken it listens on another and says so', async () => {
    const taken = engines.open()
    await taken
      .execute('agent.start', { listeners: [{ transport: 'udp', address: '127.0.0.1', port: 5070 }] })
      .catch(() => {})
    const host = await openHost({ profile: folder(), version: '1', notices: [], debug: '' }, new Boundary(() => {}))
    const agents = stateOf(host.engine).filter((change) => change.kind === 'agent')
    expect(agents.length).toBe(1)
    expect(host.hello.notices).toEqual([
      expect.stringMatching(/^The agent listens on udp \d+ instead of its usual port: .*in use/),
    ])
    await host.engine.close()
  })
})
