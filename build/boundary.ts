import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Files, or folders, whose callbacks are their own business, and why. Every other callback of a socket, a timer, a
 * process or a thread goes through a boundary.
 */
const exempt: readonly (readonly [path: string, reason: string])[] = [
  ['electron/engine/base/system-stream.ts', 'the sockets that a boundary wraps'],
  ['electron/engine/base/system-web-socket.ts', 'its WebSockets'],
  ['electron/engine/base/system-udp.ts', 'its sockets of datagrams'],
  ['electron/engine/base/system-http.ts', 'settles one promise'],
  ['electron/engine/base/system-http-serve.ts', 'its owner answers inside a boundary, and what is thrown is a 500'],
  ['electron/engine/base/clock.ts', 'the timers that a boundary wraps'],
  ['electron/engine/base/parent.ts', 'looks whether npm is there, and tells its caller'],
  ['electron/shell/last-net.ts', 'is the last net'],
  ['electron/shell/start.ts', 'hears its own child, the terminal and the browser that it opened; holds no call'],
  ['electron/shell/open-window.ts', 'hears the browser that it opened'],
  ['electron/shell/neighbour.ts', 'one connection that is never read'],
  [
    'electron/main.ts',
    'hears Electron and the person; what a page sends is checked by policy.ts; a last net is under it',
  ],
  ['electron/preload.ts', 'runs in the process of the page'],
  ['electron/cli/', 'hears its terminal and its own engine; a last net is under it'],
]

/** Files that open what the outside reaches, or run something beside the engine. */
const openers: readonly string[] = [
  'electron/engine/captures/capture-thread.ts',
  'electron/engine/media/audio/sound-files.ts',
  'electron/engine/media/audio/speech.ts',
  'electron/shell/browser.ts',
]

/** What our own emitters tell (engine/base/emitter.ts): who emits is inside a boundary already. */
const ownEvents = new Set(['state', 'acknowledged', 'changed', 'moved', 'ended'])

interface Rule {
  readonly pattern: RegExp
  readonly what: string
}

/** Each ends where the callback begins. */
const registering: readonly Rule[] = [
  {
    pattern:
      /\.(?:on|once|addListener|prependListener|prependOnceListener|addEventListener)\(\s*(?:'([^']*)'|[^'\s),]+),\s*/g,
    what: 'listens to',
  },
  { pattern: /(?<![.\w#])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\(\s*/g, what: 'sets a timer:' },
  { pattern: /\bprocess\.nextTick\(\s*/g, what: 'sets a timer:' },
  { pattern: /\.setTimeout\([^,()]*,\s*/g, what: 'sets a timer:' },
]
const opening = /(?<![.\w#])(?:createServer|createSocket|fork|spawn)\(|\bnew (?:Worker|WebSocketServer)\(/g
const dropped = /(?:^|\n)[ \t]*void [\w#.]+\([^\n]*/g

/** A guard, nothing at all, or what settles a promise. */
const harmless = /^(?:[\w#.]+\.guard\(|\(\) => \{\}[,)]|(?:resolve|reject)[,)])/

/** Raw callbacks in one file, as `file:line sentence`. */
export function rawCallbacks(file: string, source: string): string[] {
  if (exempt.some(([path]) => file === path || (path.endsWith('/') && file.startsWith(path)))) return []
  // Comments keep their length, so that lines stay where they are.
  const text = source.replaceAll(/\/\*[^]*?\*\/|^[ \t]*\/\/[^\n]*/gm, (comment) => comment.replaceAll(/[^\n]/g, ' '))
  const guarded = new Set([...text.matchAll(/\bconst (\w+) = [\w#.]+\.guard\(/g)].map(([, name]) => name))
  const faults: string[] = []
  const fault = (at: number, what: string) => faults.push(`${file}:${text.slice(0, at).split('\n').length} ${what}`)
  for (const { pattern, what } of registering) {
    for (const match of text.matchAll(pattern)) {
      const callback = text.slice(match.index + match[0].length, match.index + match[0].length + 120)
      if (
        ownEvents.has(match[1] ?? '') ||
        harmless.test(callback) ||
        guarded.has(/^(\w+)[,)]/.exec(callback)?.[1] ?? '')
      )
        continue
      fault(
        match.index,
        `${what} ${match[0]
          .trim()
          .replace(/^\./, '')
          .replace(/[(,]+$/, '')} outside a boundary: pass boundary.guard(place, callback)`,
      )
    }
  }
  if (!openers.includes(file))
    for (const match of text.matchAll(opening))
      fault(
        match.index,
        `opens ${match[0].replace('(', '')}: the engine's sockets are in base/system-*.ts, others in ` +
          'build/boundary.ts',
      )
  for (const match of text.matchAll(dropped))
    if (!match[0].includes('.catch('))
      fault(match.index + match[0].search(/\S/), 'drops a promise: run it in boundary.run(place, work), or catch')
  return faults
}

/** Everything that the outside could reach without a boundary, and exemptions that nothing needs. */
export function boundaryFaults(root = join(import.meta.dirname, '..')): string[] {
  const files = readdirSync(join(root, 'electron'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('electron', name))
  const unneeded = [...exempt.map(([path]) => path), ...openers].filter(
    (path) => !files.some((file) => file === path || (path.endsWith('/') && file.startsWith(path))),
  )
  return [
    ...files.flatMap((file) => rawCallbacks(file, readFileSync(join(root, file), 'utf8'))),
    ...unneeded.map((path) => `build/boundary.ts names ${path}, which is not there`),
  ]
}
