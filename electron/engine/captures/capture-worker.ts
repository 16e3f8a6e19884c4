import { closeSync, openSync, readSync } from 'node:fs'
import { setPriority } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { setOwnProviders } from '../../../shared/providers/index.ts'
import { Boundary } from '../base/boundary.ts'
import { withWords } from '../base/errors.ts'
import { meterOf } from '../media/codec/index.ts'
import { packingOf } from '../trace/capture/file/formats.ts'
import { loadCaptures, type LoadedCapture } from '../trace/capture/load.ts'
import { Answers } from './answers.ts'
import type { CapturePart, Said, Task } from './parts.ts'

// Reads captures beside the engine, in a thread of its own, and stays to answer what is asked of them.

const { files, growing, keylog, providers } = workerData as Task
setOwnProviders(providers)
const port = parentPort!
const post = (part: CapturePart) => port.postMessage(part, [])

/** Packets of calls go first where both want a core. Elsewhere than on Linux it is the priority of the process. */
const priority = 10
if (process.platform === 'linux') setPriority(0, priority)

/** Reported again when so much more of the files is read. */
const step = 0.01
/** Of the memory that the thread may have: what is read when so much is in use is all that is shown. */
const fullAt = 0.8

/** What there is; null before anything was read, and then what was asked waits. */
let contents: (() => Answers) | null = null
const waiting: Said[] = []
let stopped = false
/** Whether the last file is all there, was read when it was, and may have grown since its end was reached. */
let whole = !growing
let readWhole = whole
let grown = false
/** Goes on where the end of a file was reached that may grow. */
let goOn = () => {}
let reportedAt = -1

const boundary = new Boundary(({ error }) => fail(error))
port.on(
  'message',
  boundary.guard('question', (said: Said) => hear(said)),
)

function fail(error: unknown): void {
  const { kind, message } = faultOf(error)
  post({ kind: 'failed', error: kind, text: message })
}

const faultOf = (error: unknown) => withWords(error, `cannot read ${files.join(', ')}`)

async function hear(said: Said): Promise<void> {
  if (typeof said === 'string') {
    if (said === 'stop') stopped = true
    if (said === 'whole') whole = true
    grown = true
    return goOn()
  }
  if (!contents) return void waiting.push(said)
  const { n, ask } = said
  try {
    const answers = contents()
    const answer = ask.ask === 'packets' ? await answers.packets(ask.id) : answers.answer(ask)
    post({ kind: 'answer', n, answer })
  } catch (error) {
    const { kind, message } = faultOf(error)
    post({ kind: 'refused', n, error: kind, text: message })
  }
}

function tell({ contents }: Answers, reading: number | null): void {
  const { used_heap_size, external_memory } = getHeapStatistics()
  post({ kind: 'contents', contents, reading, bytes: used_heap_size + external_memory })
}

/** What came meanwhile is heard between two pieces of a file. */
function between(done: number, soFar: () => LoadedCapture): string | null {
  contents = () => new Answers(files, soFar(), true)
  if (done >= reportedAt + step || reportedAt < 0) {
    reportedAt = done
    tell(contents(), done)
  }
  for (const said of waiting.splice(0)) void hear(said)
  for (let said = receiveMessageOnPort(port); said; said = receiveMessageOnPort(port)) void hear(said.message as Said)
  if (stopped) return 'the reading was stopped'
  const { used_heap_size, heap_size_limit } = getHeapStatistics()
  return used_heap_size < heap_size_limit * fullAt
    ? null
    : `more of it needs more than ${Math.round(heap_size_limit / 1e6)} MB of memory: open a part of it (editcap -c ` +
        '100000 cuts it into pieces)'
}

/** The end of a file was reached: false when there was nothing to wait for. */
async function more(soFar?: () => LoadedCapture): Promise<boolean> {
  if (readWhole) return false
  // Whoever hands the file over waits for the first word before more of it comes.
  if (soFar && !contents) between(0, soFar)
  if (!grown) await new Promise<void>((resolve) => (goOn = resolve))
  grown = false
  readWhole = whole
  return true
}

/** What is packed can be read when it is whole. */
function isPacked(path: string): boolean {
  const fd = openSync(path, 'r')
  const first = new Uint8Array(4)
  readSync(fd, first, 0, 4, 0)
  closeSync(fd)
  return packingOf(first) !== null
}

try {
  if (growing && isPacked(files.at(-1)!)) while (!whole && !stopped) await more()
  const loaded = await loadCaptures(files, meterOf, between, more, keylog)
  const answers = new Answers(files, loaded, false)
  contents = () => answers
  for (const said of waiting.splice(0)) void hear(said)
  tell(answers, null)
} catch (error) {
  fail(error)
}
