import { commands, type CommandName } from '../../shared/contract/commands.ts'
import { isFileId } from '../engine/files.ts'

/** What of a command's arguments may name a file. */
interface Rule {
  /** Members that hold a path, which a window never gives. */
  readonly paths?: readonly string[]
  /** Members whose entries may begin recordings, each in a path. */
  readonly recordings?: readonly string[]
  /** The member whose entries may play sounds. */
  readonly plays?: string
  /** Members that hold files, each by the id that `file.put` answered. */
  readonly files?: readonly string[]
  /** The member that says what a side sends, perhaps a sound. */
  readonly source?: string
}

const plain: Rule = {}

/** What a window may say of each command. A new command of the contract needs its line here. */
const rules: Readonly<Record<CommandName, Rule>> = {
  'call.place': {
    paths: ['recordTo', 'pcapTo'],
    recordings: ['timeline', 'script'],
    plays: 'script',
    source: 'source',
  },
  'call.answer': { source: 'source' },
  'call.voice': plain,
  'call.hangUp': plain,
  'call.hold': { source: 'music' },
  'call.transfer': plain,
  'call.join': plain,
  'call.leave': plain,
  'call.mute': plain,
  'call.dtmf': plain,
  'call.reject': plain,
  'call.record': plain,
  'call.export': plain,
  'call.audio': plain,
  'call.note': plain,
  'call.report': plain,
  'call.proofPlan': plain,
  'call.prove': plain,
  'registration.start': plain,
  'registration.stop': plain,
  'agent.start': { paths: ['recordDirectory', 'pcapTo'], source: 'behaviour.source' },
  'agent.stop': plain,
  'webhook.start': plain,
  'webhook.set': plain,
  'webhook.stop': plain,
  'capture.open': { files: ['files', 'keylog'] },
  'capture.grown': plain,
  'capture.stop': plain,
  'capture.list': plain,
  'capture.page': plain,
  'capture.find': plain,
  'capture.report': plain,
  'capture.calls': plain,
  'capture.close': plain,
  'trunk.list': plain,
  'trunk.save': plain,
  'trunk.remove': plain,
  'trunk.check': plain,
  'history.list': plain,
  'history.show': plain,
  'provider.list': plain,
  'provider.address': plain,
  'persona.list': plain,
  'persona.check': plain,
  'trial.start': plain,
  'trial.stop': plain,
  'rule.list': plain,
  'settings.save': { source: 'settings.agent.behaviour.source' },
  'file.put': { files: ['file'] },
}

/**
 * Why a window may not say this, as a sentence; null when it may. Whether the arguments fit the command is for the
 * engine to say.
 */
export function windowFault(name: string, args: unknown): string | null {
  if (!Object.hasOwn(commands, name)) return `there is no command "${name.slice(0, 60)}"`
  const rule = rules[name as CommandName]
  for (const path of rule.paths ?? [])
    if (at(args, path) !== undefined)
      return `${name}: ${path} names a path of this computer, which a window may not; the command line can`
  for (const member of rule.recordings ?? [])
    if (entriesAt(args, member).some((entry) => (at(entry, 'file') ?? null) !== null))
      return `${name}: ${member} names a path of this computer, which a window may not; the command line can`
  const source =
    rule.source === undefined
      ? undefined
      : (at(args, rule.source) as { kind?: unknown; path?: unknown } | null | undefined)
  const named = [
    ...(rule.files ?? []).flatMap((member) => at(args, member) ?? []),
    ...(source?.kind === 'file' ? [source.path] : []),
    ...(rule.plays === undefined ? [] : entriesAt(args, rule.plays))
      .filter((entry) => at(entry, 'kind') === 'play')
      .map((entry) => at(entry, 'path')),
    ...['timeline', 'script']
      .flatMap((member) => entriesAt(args, member))
      .flatMap((entry) => at(entry, 'music.path') ?? []),
  ]
  return named.every((file) => typeof file === 'string' && isFileId(file))
    ? null
    : `${name}: a window names only files that were chosen in it: choose the file again`
}

/** A list that is a member; empty for anything else. */
function entriesAt(args: unknown, member: string): readonly unknown[] {
  const entries = at(args, member)
  return Array.isArray(entries) ? entries : []
}

/** A member of nested objects; undefined where there is none. */
function at(value: unknown, path: string): unknown {
  let found = value
  for (const name of path.split('.'))
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, name)
        ? (found as Record<string, unknown>)[name]
        : undefined
  return found
}
