import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** The rooms of the engine: what each may import of the others. All of them may import engine/base, shared and Node. */
const engineRooms = Object.entries({
  'base/': ['npm:ws'],
  'quality/': [],
  'diagnosis/': [],
  'sip/': ['npm:selfsigned'],
  'srtp/': [],
  'media/': ['quality/', 'srtp/', 'npm:selfsigned', 'npm:werift'],
  'trace/journal/': [],
  'trace/streams/': ['trace/journal/', 'quality/'],
  'trace/facts/': ['trace/journal/', 'trace/streams/'],
  'trace/capture/': ['trace/journal/', 'trace/streams/', 'trace/facts/', 'quality/', 'srtp/'],
  'store/': ['npm:zod'],
  'ua/': ['sip/'],
  'agent/': ['ua/index.ts', 'sip/'],
  'stations/': ['ua/', 'sip/', 'media/', 'trace/journal/'],
  'report/': ['diagnosis/', 'quality/', 'trace/'],
  'calls/': [
    'agent/',
    'diagnosis/',
    'known-calls.ts',
    'feed.ts',
    'media/',
    'report/',
    'sip/',
    'stations/',
    'store/profile.ts',
    'trace/',
    'ua/index.ts',
  ],
  'proof/': ['calls/', 'stations/next-hop.ts', 'store/profile.ts'],
  'trunks/': ['feed.ts', 'report/', 'sip/', 'stations/', 'store/profile.ts', 'trace/journal/', 'ua/index.ts'],
  'known-calls.ts': ['feed.ts', 'report/'],
  'trials/': ['calls/', 'feed.ts'],
  'captures/': ['feed.ts', 'known-calls.ts', 'media/codec/', 'media/audio/', 'report/', 'trace/'],
  'engine-options.ts': [],
  'feed.ts': [],
  'files.ts': [],
  'history.ts': ['store/'],
  'handlers/': [
    'calls/',
    'captures/',
    'diagnosis/',
    'feed.ts',
    'files.ts',
    'history.ts',
    'known-calls.ts',
    'proof/',
    'report/',
    'store/profile.ts',
    'trials/',
    'trunks/',
  ],
  'engine.ts': [''],
}).map(([room, allowed]): readonly [string, readonly string[]] => [
  `electron/engine/${room}`,
  ['base/', ...allowed]
    .map((other) => (other.startsWith('npm:') ? other : `electron/engine/${other}`))
    .concat('shared/', 'node'),
])

/** A room (a path prefix) and what it may import beside itself: other prefixes, `node`, or packages as `npm:name`. */
const table: readonly (readonly [room: string, allowed: readonly string[]])[] = [
  ['shared/base/', []],
  ['shared/wire/', ['shared/base/']],
  ['shared/model/', ['shared/base/', 'shared/wire/']],
  ['shared/words/', ['shared/base/', 'shared/wire/', 'shared/model/']],
  ['shared/shown/', ['shared/base/', 'shared/wire/', 'shared/model/', 'shared/contract/', 'shared/words/']],
  ['shared/providers/', ['shared/base/', 'shared/wire/', 'shared/model/', 'npm:zod']],
  ['shared/contract/', ['shared/base/', 'shared/model/', 'shared/providers/provider.ts', 'npm:zod']],
  ...engineRooms,
  [
    'electron/main.ts',
    [
      'electron/shell/policy.ts',
      'electron/shell/pages.ts',
      'electron/shell/last-net.ts',
      'electron/engine/base/environment.ts',
      'npm:electron',
      'node',
    ],
  ],
  ['electron/preload.ts', ['npm:electron']],
  ['electron/shell/electron.ts', ['electron/shell/', 'electron/engine/base/', 'npm:electron', 'node']],
  [
    'electron/shell/',
    ['electron/engine/engine.ts', 'electron/engine/files.ts', 'electron/engine/base/', 'shared/', 'node', 'npm:ws'],
  ],
  ['renderer/ui/', ['shared/', 'npm:react', 'npm:react-dom', 'npm:uplot']],
  ['renderer/voice/', ['npm:jssip']],
  ['renderer/state/', ['renderer/bridge.ts', 'renderer/voice/', 'shared/', 'npm:react', 'npm:zustand']],
  [
    'renderer/features/',
    [
      'renderer/state/',
      'renderer/ui/',
      'renderer/voice/devices.ts',
      'renderer/bridge.ts',
      'shared/',
      'npm:react',
      'npm:@tanstack/react-virtual',
      'npm:downshift',
    ],
  ],
  ['renderer/', ['shared/', 'npm:react', 'npm:react-dom']],
  [
    'electron/cli/',
    ['electron/engine/engine.ts', 'electron/engine/base/', 'shared/', 'node', 'npm:commander', 'npm:zod'],
  ],
]

const root = join(import.meta.dirname, '..')
const features = 'renderer/features/'
const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g

function target(file: string, specifier: string): string {
  if (specifier.startsWith('node:')) return 'node'
  if (!specifier.startsWith('.'))
    return `npm:${specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]}`
  return relative(root, join(root, dirname(file), specifier))
}

/** A feature is a room of its own: none imports another. */
function ownRoom(file: string, room: string): string {
  return room === features ? `${file.split('/').slice(0, 3).join('/')}/` : room
}

/** Every import that crosses a zone it may not, as `file imports target`. */
export function zoneFaults(): string[] {
  const faults: string[] = []
  const graph = new Map<string, string[]>()
  for (const top of ['shared', 'electron', 'renderer'].filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })) {
      const file = join(top, entry)
      if (!/\.tsx?$/.test(file)) continue
      const room = table.find(([prefix]) => file.startsWith(prefix))
      const source = readFileSync(join(root, file), 'utf8')
      for (const match of source.matchAll(importPattern)) {
        const to = target(file, (match[1] ?? match[2] ?? match[3])!)
        if (!match[0].includes('import type') && !match[0].includes('export type'))
          graph.set(file, [...(graph.get(file) ?? []), to])
        if (!room) faults.push(`${file} lies in no room of build/zones.ts`)
        else if (
          !to.startsWith(ownRoom(file, room[0])) &&
          !room[1].some((allowed) => to === allowed || (allowed.endsWith('/') && to.startsWith(allowed)))
        )
          faults.push(`${file} imports ${to}`)
      }
    }
  }
  return [...faults, ...circles(graph)]
}

/** Imports of values that lead back to where they began. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push(`a circle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`)
      return
    }
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) if (graph.has(next)) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}
