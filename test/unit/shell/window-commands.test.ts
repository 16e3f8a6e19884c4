import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { windowFault } from '../../../electron/shell/window-commands.ts'
import { commands, type CommandName } from '../../../shared/contract/commands.ts'

const listeners = [{ transport: 'udp', address: '127.0.0.1', port: 0 }]
const sound = (path: unknown) => ({ kind: 'file', path })

describe('what a window may say', () => {
  it.each([
    ['call.savePcap', { id: '1', path: '/tmp/x' }],
    ['call.saveReport', { id: '1', path: '/tmp/x' }],
    ['call.place', { uri: 'sip:a@b', recordTo: '/tmp/x.wav' }],
    ['call.place', { uri: 'sip:a@b', pcapTo: 'x' }],
    ['call.place', { uri: 'sip:a@b', recordTo: '' }],
    ['call.place', { uri: 'sip:a@b', pcapTo: 'file:x' }],
    ['call.place', { uri: 'sip:a@b', timeline: [{ kind: 'record', atMs: 1, file: '/tmp/x.wav' }] }],
    ['call.place', { uri: 'sip:a@b', script: [{ kind: 'record', file: '/tmp/x.wav' }] }],
    ['call.place', { uri: 'sip:a@b', script: [{ kind: 'play', path: '/etc/passwd' }] }],
    ['call.place', { uri: 'sip:a@b', script: [{ kind: 'hold' }, { kind: 'play' }] }],
    ['call.place', { uri: 'sip:a@b', source: sound('/etc/passwd') }],
    ['call.place', { uri: 'sip:a@b', source: sound('../x.wav') }],
    ['call.place', { uri: 'sip:a@b', source: sound(' file:x') }],
    ['call.place', { uri: 'sip:a@b', source: sound(undefined) }],
    ['call.place', { uri: 'sip:a@b', timeline: [{ kind: 'hold', atMs: 1, music: sound('/etc/passwd') }] }],
    ['call.hold', { id: '1', on: true, music: sound('/etc/passwd') }],
    ['call.answer', { id: '1', source: sound('/etc/passwd') }],
    ['agent.start', { listeners, recordDirectory: '/tmp' }],
    ['agent.start', { listeners, pcapTo: '/tmp/x.pcap' }],
    ['agent.start', { listeners, behaviour: { kind: 'answer', source: sound('/etc/passwd') } }],
    ['capture.open', { files: ['/etc/passwd'] }],
    ['capture.open', { files: ['file:x', '/etc/passwd'] }],
    ['capture.open', { files: '/etc/passwd' }],
    ['capture.open', { files: [['/etc/passwd']] }],
    ['capture.open', { files: [{ path: 1 }] }],
    ['settings.save', { settings: { agent: { behaviour: { kind: 'answer', source: sound('/etc/passwd') } } } }],
    ['file.put', { file: '/tmp/x', name: 'x', base64: '' }],
    ['no.such', {}],
    ['__proto__', {}],
    ['constructor', {}],
    ['', {}],
    ['x'.repeat(1e6), {}],
  ])('is refused: %s %j', (name, args) => {
    expect(windowFault(name, args)).toMatch(/^.{20,200}$/s)
  })

  it.each([
    ['call.place', { uri: 'sip:a@b', source: sound('file:sounds/x.wav') }],
    ['call.place', { uri: 'sip:a@b', source: { kind: 'tone', hz: 440 } }],
    ['call.place', { uri: 'sip:a@b' }],
    ['call.place', { uri: 'sip:a@b', timeline: [{ kind: 'hold', atMs: 1 }] }],
    ['call.place', { uri: 'sip:a@b', script: [{ kind: 'play', path: 'file:sounds/x.wav' }, { kind: 'hold' }] }],
    ['capture.open', { files: ['file:abc', 'file:def'] }],
    ['file.put', { file: null, name: 'x', base64: '' }],
    ['file.put', { file: 'file:abc', name: 'x', base64: '' }],
    ['agent.start', { listeners, behaviour: { kind: 'reject', code: 486 } }],
    ['agent.start', { listeners }],
    ['history.list', {}],
    ['history.list', null],
    ['call.place', 1],
    ['call.place', [{}]],
    ['settings.save', { settings: null }],
  ])('is left to the engine: %s %j', (name, args) => {
    expect(windowFault(name, args)).toBeNull()
  })

  it('never reaches a member of any command that is named like a path or a file', () => {
    let found = 0
    for (const name of Object.keys(commands) as CommandName[]) {
      for (const path of pathsOf(
        z.toJSONSchema(commands[name].args, { unrepresentable: 'any', io: 'input' }) as Schema,
      )) {
        found++
        expect(windowFault(name, nested(path)), `${name} ${path.join('.')}`).not.toBeNull()
      }
    }
    expect(found).toBeGreaterThanOrEqual(12)
  })
})

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

function pathsOf(schema: Schema, above: readonly string[] = []): string[][] {
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    ...(/^(path|files?)$|(To|Directory|Folder|File|Path)$/.test(name) ? [[...above, name]] : []),
    ...pathsOf(member, [...above, name]),
  ])
  const entries = schema.items ? pathsOf(schema.items, [...above, '[]']) : []
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((choice) => pathsOf(choice, above))
  return [...members, ...entries, ...choices]
}

/** Arguments with a path of this machine at that place, and the kind of what has one. */
function nested([name, ...rest]: readonly string[], kind = 'file'): unknown {
  if (name === undefined) return '/etc/passwd'
  if (name === '[]') return [nested(rest, 'play')]
  return { [name]: name === 'files' ? ['/etc/passwd'] : nested(rest, kind), ...(name === 'path' ? { kind } : {}) }
}
