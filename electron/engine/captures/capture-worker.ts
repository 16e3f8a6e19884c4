import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { getHeapStatistics } from 'node:v8'
import { Boundary } from '../base/boundary.ts'
import { RingbackError, explainError, machine } from '../base/errors.ts'
import { meterOf } from '../media/codec/index.ts'
import { loadCaptures, type LoadedCapture } from '../trace/capture/load.ts'
import { Answers } from './answers.ts'
import type { CapturePart, Said } from './parts.ts'

// Reads captures beside the engine, in a thread of its own, and stays to answer what is asked of them.

const files = workerData as readonly string[]
const port = parentPort!
const post = (part: CapturePart) => port.postMessage(part, [])

/** Told of again when so much more of the files is read. */
const step = 0.01
/** Of the memory that the thread may have: what is read when so much is in use is all that is shown. */
const fullAt = 0.8

const faultOf = (error: unknown) =>
  error instanceof RingbackError ? error : machine(`cannot read ${files.join(', ')}: ${explainError(error)}`)

let answers: Answers | null = null
let stopped = false
let toldAt = -1

async function hear(said: Said): Promise<void> {
  if (said === 'stop') return void (stopped = true)
  const { n, ask } = said
  try {
    const answer = ask.ask === 'packets' ? await answers!.packets(ask.id) : answers!.answer(ask)
    post({ kind: 'answer', n, answer })
  } catch (error) {
    const { kind, message } = faultOf(error)
    post({ kind: 'refused', n, error: kind, text: message })
  }
}

/** What came meanwhile is heard between two pieces of a file. */
function between(done: number, soFar: () => LoadedCapture): string | null {
  let [said, next] = [receiveMessageOnPort(port), toldAt + step]
  if (said || done >= next || toldAt < 0) answers = new Answers(files, soFar(), true)
  if (done >= next || toldAt < 0) {
    toldAt = done
    post({ kind: 'contents', contents: answers!.contents, reading: done })
  }
  for (; said; said = receiveMessageOnPort(port)) void hear(said.message as Said)
  if (stopped) return 'the reading was stopped'
  const { used_heap_size, heap_size_limit } = getHeapStatistics()
  return used_heap_size < heap_size_limit * fullAt
    ? null
    : `more of it needs more than ${Math.round(heap_size_limit / 1e6)} MB of memory: open a part of it (editcap -c ` +
        '100000 cuts it into pieces)'
}

try {
  const loaded = await loadCaptures(files, meterOf, between)
  answers = new Answers(files, loaded, false)
  post({ kind: 'contents', contents: answers.contents, reading: null })
  const boundary = new Boundary(({ error }) => {
    throw error
  })
  port.on(
    'message',
    boundary.guard('question', (said: Said) => hear(said)),
  )
} catch (error) {
  const { kind, message } = faultOf(error)
  post({ kind: 'failed', error: kind, text: message })
}
