import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import type { CallReport, RegistrationReport } from '../../../shared/contract/report.ts'
import { RingbackError, explainError, machine } from '../base/errors.ts'
import { meterOf } from '../media/codec/index.ts'
import { registrationReportOf, reportOf, streamOf } from '../report/report.ts'
import { loadCaptures } from '../trace/capture/load.ts'
import type { CapturePart, CaptureRequest } from './parts.ts'

// Reads captures beside the engine, in a thread of its own: reports go back in parts that the engine's loop takes in
// without stopping.

/** A part is complete with so many bytes of messages, or so many calls and registrations. */
const partBytes = 256 * 1024
const partItems = 200
/** Messages of registrations that are shown; beyond them a registration is listed with how it stands. */
const mostRegistrationMessages = 20_000

const port = parentPort!
const post = (part: CapturePart) => port.postMessage(JSON.stringify(part), [])

const sizeOf = ({ messages }: CallReport | RegistrationReport): number =>
  messages.reduce((sum, { raw }) => sum + raw.length, 0)

async function read({ files }: CaptureRequest): Promise<void> {
  const { calls, registrations, unmatched, problems, damaged, packets, lastAt } = loadCaptures(files, meterOf)
  let part: Extract<CapturePart, { kind: 'part' }> = { kind: 'part', calls: [], registrations: [] }
  let size = 0
  const flush = async (least: number) => {
    if (size < partBytes && part.calls.length + part.registrations.length < least) return
    post(part)
    part = { kind: 'part', calls: [], registrations: [] }
    size = 0
    await once(port, 'message')
  }
  // A trace is let go of when its report is made.
  for (const waiting = calls.splice(0).toReversed(); waiting.length > 0;) {
    const report = reportOf(waiting.pop()!, lastAt, null)
    part.calls.push(report)
    size += sizeOf(report)
    await flush(partItems)
  }
  let messages = 0
  for (const waiting = registrations.splice(0).toReversed(); waiting.length > 0;) {
    const report = registrationReportOf(waiting.pop()!)
    messages += report.messages.length
    const kept =
      messages <= mostRegistrationMessages
        ? report
        : { ...report, messages: [], droppedMessages: report.droppedMessages + report.messages.length }
    part.registrations.push(kept)
    size += sizeOf(kept)
    await flush(partItems)
  }
  await flush(1)
  post({
    kind: 'end',
    rest: {
      files: [...files],
      unmatchedStreams: unmatched.all.map((stream) => streamOf(stream, null)),
      problems: [...problems],
      packets,
      damaged,
    },
  })
}

try {
  await read(workerData as CaptureRequest)
} catch (error) {
  const { files } = workerData as CaptureRequest
  const fault =
    error instanceof RingbackError ? error : machine(`cannot read ${files.join(', ')}: ${explainError(error)}`)
  post({ kind: 'failed', error: fault.kind, text: fault.message })
}
