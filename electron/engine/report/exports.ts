import { readFileSync } from 'node:fs'
import type { CommandResult, ExportFormat } from '../../../shared/contract/commands.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { maskNumbers } from '../../../shared/wire/sip/redact.ts'
import { explainError, machine, usage } from '../base/errors.ts'
import { safeFileName } from '../base/file-name.ts'
import { htmlReport } from './html-report.ts'

/** The packets of a call as a capture file; `dropped`: those that had to make room for newer ones. */
export interface CallPackets {
  readonly pcap: Uint8Array
  readonly dropped: number
}

/** What of a call that the engine has goes into files beside its report. */
export interface CallFiles {
  /** Null where they are not kept. Throws RingbackError where they cannot be read. */
  packets(): CallPackets | Promise<CallPackets> | null
  /** The file of the last recording, and the one that the audio goes to now. */
  readonly recording: string | null
  readonly recordingTo: string | null
}

/**
 * A call as a file for a person to keep. `call`: while the engine still has it; packets and audio come from there.
 */
export async function exportCall(
  report: CallReport,
  call: CallFiles | undefined,
  format: ExportFormat,
  mask: boolean,
): Promise<CommandResult<'call.export'>> {
  const name = safeFileName(`ringback-${report.timeline.startedAt.slice(0, 19).replace(/[:T]/g, '-')}-${report.id}`)
  const shown = mask ? masked(report) : report
  const file = (mediaType: string, content: Uint8Array | string, note: string | null = null) => ({
    name: `${name}.${format}`,
    mediaType,
    base64: Buffer.from(content).toString('base64'),
    note,
  })
  switch (format) {
    case 'json':
      return file('application/json', `${JSON.stringify(shown, null, 2)}\n`)
    case 'html':
      return file('text/html', htmlReport([shown]))
    case 'pcap': {
      const packets = await call?.packets()
      if (!packets)
        throw usage(
          'the packets of this call are no longer kept: a capture can be saved while the call is among the newest',
        )
      const notes = [
        ...(packets.dropped > 0 ? [`the oldest ${packets.dropped} packets had to make room`] : []),
        ...(mask ? ['phone numbers are as they were on the wire'] : []),
      ]
      return file('application/vnd.tcpdump.pcap', packets.pcap, notes.length > 0 ? `${notes.join('; ')}` : null)
    }
    case 'wav': {
      if (!call?.recording) throw usage('this call was not recorded')
      if (call.recordingTo !== null) throw usage('the recording is still going: stop it first')
      return file('audio/wav', read(call.recording))
    }
  }
}

function masked<T>(value: T): T {
  if (typeof value === 'string') return maskNumbers(value) as T
  if (Array.isArray(value)) return value.map(masked) as T
  return value !== null && typeof value === 'object'
    ? (Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)])) as T)
    : value
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw machine(`cannot read ${path}: ${explainError(error)}`, error)
  }
}
