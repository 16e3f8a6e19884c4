// The codec is a file that is loaded before anything else: nothing but it knows of it.
import '../harness/made-up-codec.ts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { toneShare } from '../../electron/engine/media/audio/tones.ts'
import { readWav } from '../../electron/engine/media/audio/wav.ts'
import { Engines, callAndWait } from '../harness/engines.ts'

const engines = new Engines()
afterEach(() => engines.close())
const root = join(import.meta.dirname, '../..')

it('a codec of one file is negotiated, sent, received and measured', async () => {
  const agent = await engines.agent()
  const report = await callAndWait(engines.open(), {
    uri: `sip:x@127.0.0.1:${agent.port}`,
    codecs: ['WIDE'],
    dtmf: '5',
    durationMs: 2500,
  })
  expect(report.verdict.kind).toBe('two-way-audio')
  expect(report.media[0]).toMatchObject({ codec: 'WIDE' })
  expect(report.streams).toHaveLength(2)
  for (const stream of report.streams)
    expect(stream).toMatchObject({ codec: 'WIDE', lost: 0, level: { meanDbfs: -30.31, peakDbfs: -30.31 } })
  for (const stream of report.streams) {
    expect(stream.packets).toBeGreaterThan(80)
    expect(stream.meanJitterMs).toBeLessThan(10)
  }
  // It is decoded at 16 kHz, or the marker that the agent sends back would be at other frequencies.
  expect(report.observations.map(({ kind }) => kind)).toContain('marker-heard')
  await expect.poll(() => agent.ended.length).toBe(1)
  expect(agent.ended[0]!.observations.find(({ kind }) => kind === 'digit-received')).toMatchObject({ value: '5' })
})

it('a codec of one file is taken where the peer prefers it, and recorded at its own rate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-codec-'))
  try {
    const agent = await engines.agent({ recordDirectory: folder, codecs: ['PCMA', 'WIDE'] })
    const report = await callAndWait(engines.open(), {
      uri: `sip:x@127.0.0.1:${agent.port}`,
      codecs: ['WIDE', 'PCMA'],
      source: { kind: 'tone', hz: 3500 },
      durationMs: 1000,
    })
    expect(report.media[0]).toMatchObject({ codec: 'WIDE' })
    await expect.poll(() => agent.ended.length).toBe(1)
    const [file] = readdirSync(folder)
    const { samples, rateHz } = readWav(join(folder, file!))
    expect(rateHz).toBe(16_000)
    expect(toneShare(samples.subarray(samples.length >> 2, (samples.length * 3) >> 2), 3500, rateHz)).toBeGreaterThan(
      0.9,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('a codec of one file is listed by the command line and taken by it', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', './test/harness/made-up-codec.ts', 'electron/cli/ringback.mjs', ...args], {
      cwd: root,
      encoding: 'utf8',
    })
  expect(run('call', '--help').stdout).toMatch(/in order of preference[^)]*PCMU,PCMA,WIDE\)/)
  const { stderr } = run('call', 'sip:x@127.0.0.1:9', '--codecs', 'nothing')
  expect(stderr).toContain('choose from PCMU, PCMA, G722, opus, L16, CN, WIDE')
  expect(run('schema').stdout).toContain('"WIDE"')
})

it('a codec that comes after the list was read is refused, and so is a second one of the same name', async () => {
  const { addCodec, codecNames, usualCodecs, pcmu } = await import('../../shared/model/codecs.ts')
  expect(codecNames()).toEqual(['PCMU', 'PCMA', 'G722', 'opus', 'L16', 'CN', 'WIDE'])
  expect(usualCodecs()).toEqual(['PCMU', 'PCMA', 'WIDE'])
  expect(() => addCodec({ ...pcmu, name: 'LATE' })).toThrow('LATE comes too late')
  expect(() => addCodec({ ...pcmu })).toThrow('two codecs named PCMU')
  expect(() => addCodec(pcmu)).not.toThrow()
})
