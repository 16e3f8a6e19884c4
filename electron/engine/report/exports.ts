import { readFileSync } from 'node:fs'
import type { CommandResult, ExportFormat } from '../../../shared/contract/commands.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { parseAddress } from '../../../shared/base/address.ts'
import { encodeText } from '../../../shared/base/text.ts'
import { microsOf } from '../../../shared/base/time.ts'
import { party } from '../../../shared/shown/format.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { maskNumbers } from '../../../shared/wire/sip/redact.ts'
import { explainError, machine, usage } from '../base/errors.ts'
import { safeFileName } from '../base/file-name.ts'
import { PcapEncoder, pcapHeader } from '../trace/capture/pcap-write.ts'
import { pcapngOf } from '../trace/capture/pcapng-write.ts'
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
  const shown = mask ? masked(report) : report
  const name = fileNameOf(shown)
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
    case 'pcap':
    case 'pcapng': {
      const kept = await call?.packets()
      const packets = kept ?? { pcap: messagesOf(report), dropped: 0 }
      const notes = [
        ...(kept ? [] : ['it has the messages only: the packets of the audio are kept for the newest calls']),
        ...(packets.dropped > 0 ? [`the oldest ${packets.dropped} packets had to make room`] : []),
        ...(mask ? ['phone numbers are as they were on the wire'] : []),
      ]
      const note = notes.length > 0 ? notes.join('; ') : null
      return format === 'pcap'
        ? file('application/vnd.tcpdump.pcap', packets.pcap, note)
        : file('application/x-pcapng', pcapngOf(packets.pcap, `${report.callId}: ${report.verdict.sentence}`), note)
    }
    case 'wav': {
      if (!call?.recording) throw usage('this call was not recorded')
      if (call.recordingTo !== null) throw usage('the recording is still going: stop it first')
      return file('audio/wav', read(call.recording))
    }
  }
}

/** When, with whom, and the id of the call, which no other has. */
function fileNameOf({ id, direction, from, requestUri, timeline }: CallReport): string {
  const when = timeline.startedAt.slice(0, 19).replace(/[:T]/g, '-')
  const who = safeFileName(party(direction === 'inbound' ? from : requestUri), 'nobody', 48)
  return safeFileName(`ringback-${when}-${who}-${id}`, 'ringback', 120)
}

const nowhere = { host: '0.0.0.0', port: 0 }

/** The messages of a report as a capture: what is left of a call whose packets are not kept any more. */
function messagesOf({ messages }: CallReport): Buffer {
  const encoder = new PcapEncoder()
  return Buffer.concat([
    pcapHeader(),
    ...messages.map(({ at, transport, source, destination, raw }) => {
      const bytes = encodeText(raw)
      const message = parseSip(bytes)
      return encoder.sip({
        at: microsOf(at),
        transport,
        source: parseAddress(source) ?? nowhere,
        destination: parseAddress(destination) ?? nowhere,
        direction: 'observed',
        bytes,
        message,
      })
    }),
  ])
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
