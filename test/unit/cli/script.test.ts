import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readScript } from '../../../electron/cli/script.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringback-script-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'talk.txt')

function read(text: string) {
  writeFileSync(file, text)
  return readScript(file, 'info')
}

describe('a script', () => {
  it('has a step for each line that is neither empty nor a comment, with its number', () => {
    const steps = read(
      '\uFEFF# a conversation\r\n\r\nwait for speech\nwait for speech timeout 10s\n  Wait For Silence\n' +
        'wait for silence 800ms\nwait for silence 1.5s timeout 60\nwait for silence timeout 2s\nwait 250ms\n' +
        'say "I would like to # book"\nsay it\'s me\nplay hello.wav\ndtmf 12#\nhold\nresume\nmute\nunmute\n' +
        'hold tone:500\nhold wait.wav\nhold silence\n' +
        'record talk.wav\nrecord\nrefer sip:b@example.com\nreinvite\nupdate\nhang up\nhangup',
    )
    expect(steps).toEqual([
      { kind: 'wait-for-speech', timeoutMs: 30_000, line: 3 },
      { kind: 'wait-for-speech', timeoutMs: 10_000, line: 4 },
      { kind: 'wait-for-silence', ms: 1000, timeoutMs: 30_000, line: 5 },
      { kind: 'wait-for-silence', ms: 800, timeoutMs: 30_000, line: 6 },
      { kind: 'wait-for-silence', ms: 1500, timeoutMs: 60_000, line: 7 },
      { kind: 'wait-for-silence', ms: 1000, timeoutMs: 2000, line: 8 },
      { kind: 'wait', ms: 250, line: 9 },
      { kind: 'say', text: 'I would like to # book', line: 10 },
      { kind: 'say', text: "it's me", line: 11 },
      { kind: 'play', path: join(folder, 'hello.wav'), line: 12 },
      { kind: 'dtmf', digits: '12#', mode: 'info', line: 13 },
      { kind: 'hold', line: 14 },
      { kind: 'resume', line: 15 },
      { kind: 'mute', line: 16 },
      { kind: 'unmute', line: 17 },
      { kind: 'hold', music: { kind: 'tone', hz: 500 }, line: 18 },
      { kind: 'hold', music: { kind: 'file', path: join(folder, 'wait.wav') }, line: 19 },
      { kind: 'hold', music: { kind: 'silence' }, line: 20 },
      { kind: 'record', file: join(folder, 'talk.wav'), line: 21 },
      { kind: 'record', file: null, line: 22 },
      { kind: 'refer', to: 'sip:b@example.com', line: 23 },
      { kind: 'reinvite', line: 24 },
      { kind: 'update', line: 25 },
      { kind: 'hangup', line: 26 },
      { kind: 'hangup', line: 27 },
    ])
  })

  it.each([
    ['hold\n\nsing a song', /line 3: "sing a song" is no action: choose of wait for speech, .* and hang up/],
    ['wait for godot', /line 1: "wait for godot" is no wait: write wait for speech, /],
    ['wait', /line 1: "wait" is no wait/],
    ['wait for silence 1s 2s', /line 1: .* is no wait/],
    ['wait for speech timeout', /line 1: .* is no wait/],
    ['wait for speech timeout 0', /line 1: .* cannot be done/],
    ['wait 2h', /line 1: .* is no wait/],
    ['say', /line 1: "say" cannot be done: there is nothing in it that can be said/],
    ['play', /line 1: play needs a WAV file/],
    ['dtmf 12x', /line 1: "dtmf 12x" cannot be done/],
    ['hold on', /line 1: hold takes silence, tone, tone:HZ or a \.wav file behind it, or nothing/],
    ['hold echo', /line 1: hold takes silence/],
    ['resume now', /line 1: resume takes nothing behind it/],
    ['hang on', /line 1: "hang on" is no action/],
    ['refer', /line 1: "refer" cannot be done/],
    ['# nothing', /has no action: write one a line/],
    ['wait 1ms\n'.repeat(1001), /has 1001 actions: at most 1000/],
  ])('%j is refused with its line', (text, why) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ kind: 'usage', message: expect.stringMatching(why) }))
  })

  it('that is not there cannot be read', () => {
    expect(() => readScript(join(folder, 'none'), 'info')).toThrow(expect.objectContaining({ kind: 'machine' }))
  })
})
