import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import type { CallReport, DialogReport, RegistrationReport } from '../../../shared/contract/report.ts'
import { RingbackError, explainError, machine } from '../base/errors.ts'
import { meterOf } from '../media/codec/index.ts'
import { dialogReportOf, registrationReportOf, reportOf, streamOf } from '../report/report.ts'
import { loadCaptures } from '../trace/capture/load.ts'
import { packetsOf } from './packets-of.ts'
import type { CapturePart, CaptureRequest } from './parts.ts'

// Reads captures beside the engine, in a thread of its own: reports go back in parts that the engine's loop takes in
// without stopping.

/** A part is complete with so many bytes of messages, or so many calls and registrations. */
const partBytes = 256 * 1024
const partItems = 200
/** Messages beside those of calls that are shown; beyond them a registration is listed with how it stands. */
const mostOtherMessages = 20_000

const port = parentPort!
const post = (part: CapturePart) => port.postMessage(JSON.stringify(part), [])

type Listed = RegistrationReport | DialogReport
type Part = Extract<CapturePart, { kind: 'part' }>
const emptyPart = (): Part => ({ kind: 'part', calls: [], registrations: [], dialogs: [] })

const sizeOf = ({ messages }: CallReport | Listed): number => messages.reduce((sum, { raw }) => sum + raw.length, 0)

async function read({ files, callId }: CaptureRequest): Promise<void> {
  if (callId !== undefined) return post({ kind: 'packets', ...(await packetsOf(files, callId)) })
  const loaded = await loadCaptures(files, meterOf)
  const { calls, registrations, dialogs, unmatched, lastAt, ...rest } = loaded
  let part = emptyPart()
  let [size, items, others] = [0, 0, 0]
  const flush = async () => {
    if (items === 0) return
    post(part)
    part = emptyPart()
    size = items = 0
    await once(port, 'message')
  }
  const add = async <Report extends CallReport | Listed>(list: Report[], report: Report) => {
    list.push(report)
    items++
    size += sizeOf(report)
    if (size >= partBytes || items >= partItems) await flush()
  }
  const shown = <Report extends Listed>(report: Report): Report => {
    others += report.messages.length
    return others <= mostOtherMessages
      ? report
      : { ...report, messages: [], droppedMessages: report.droppedMessages + report.messages.length }
  }
  for (const call of calls) await add(part.calls, reportOf(call.open(), lastAt, null))
  for (const registration of registrations)
    await add(part.registrations, shown(registrationReportOf(registration.open().trace, lastAt)))
  for (const dialog of dialogs) await add(part.dialogs, shown(dialogReportOf(dialog.open().trace)))
  await flush()
  const { packets, damaged, problems, unread } = rest
  post({
    kind: 'end',
    rest: {
      files: [...files],
      unmatchedStreams: unmatched.map((stream) => streamOf(stream, null)),
      problems: [...problems],
      packets,
      unread: [...unread],
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
