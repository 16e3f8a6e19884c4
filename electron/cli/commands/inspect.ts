import type { Command } from 'commander'
import type { EngineClient } from '../../../shared/contract/client.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { CaptureView } from '../../../shared/contract/views.ts'
import { writeWhole } from '../../engine/base/durable.ts'
import { usage } from '../../engine/base/errors.ts'
import { printDocument, printLadders, printList } from '../capture-output.ts'
import { pagesOf } from '../capture-pages.ts'
import { showProgress, warn } from '../output.ts'
import { savePage } from '../page.ts'
import { standardInput } from '../standard-input.ts'
import { exitCode, withEngine, type CommonOptions } from '../session.ts'
import { Paint } from '../terminal.ts'

interface InspectOptions extends CommonOptions {
  readonly call?: string
  readonly list?: boolean
  readonly keylog?: string
  readonly pcap?: string
  readonly report?: string
}

export function addInspect(program: Command, finish: (code: number) => void): Command {
  return program
    .command('inspect <files...>')
    .description('open captures (pcap, pcapng) and logs (- is standard input): calls, ladder, statistics, diagnosis')
    .option('--call <id>', 'only the call with this Call-ID or number')
    .option('--list', 'a line for each call, registration, other dialog and stream of no call')
    .option('--keylog <file>', 'secrets of the TLS connections in it, as TLS libraries log them (SSLKEYLOGFILE)')
    .option('--pcap <file>', 'write the packets of the call that --call names')
    .option('--report <file.html>', 'write a page that anyone can open')
    .addHelpText(
      'after',
      `
Examples:
  ringback inspect call.pcap
  ringback inspect trunk.pcapng --list
  ringback inspect trunk.pcapng --call 3 --json
  ringback inspect tls.pcap --keylog keys.log
  ssh pbx cat /var/log/asterisk/full | ringback inspect -
  ringback inspect trunk.pcapng --call 3 --pcap call-3.pcap`,
    )
    .action(async (files: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<InspectOptions>()
      if (options.pcap !== undefined && options.call === undefined)
        throw usage('--pcap writes the packets of one call: name it with --call')
      const other = (['call', 'pcap', 'report'] as const).find((name) => options[name] !== undefined)
      if (options.list && other !== undefined) throw usage(`--list lists everything: leave --${other} out`)
      finish(
        await withEngine(options, false, async (engine, interrupted) => {
          let ended = false
          void interrupted.then(() => (ended = true))
          const capture = await opened(engine, files, options.keylog, interrupted)
          if (!capture) return exitCode.interrupted
          const calls = options.call === undefined ? null : await callsNamed(engine, capture, options.call)
          if (options.pcap !== undefined) await savePackets(engine, capture, calls![0]!, options.pcap)
          const shown = { engine, capture, calls, ended: () => ended }
          const paint = new Paint(options)
          const kept: CallReport[] = []
          const keep = (call: CallReport) => void (options.report !== undefined && kept.push(call))
          const fault = options.list
            ? await printList(shown, paint, options.json === true)
            : options.json
              ? await printDocument(shown)
              : await printLadders(shown, paint, keep)
          if (options.report !== undefined) {
            const reports = options.json ? (calls ?? (await allCalls(engine, capture))) : kept
            if (!savePage(options.report, reports)) return exitCode.machine
          }
          return capture.damaged || fault ? exitCode.fault : exitCode.ok
        }),
      )
    })
}

/** The capture when all of it is read, with its progress on a terminal; null where nobody waits for it any more. */
async function opened(
  engine: EngineClient,
  files: readonly string[],
  keylog: string | undefined,
  interrupted: Promise<void>,
): Promise<CaptureView | null> {
  const progress = engine.subscribe({ reports: 'ended' }, ({ changes }) => {
    for (const change of changes)
      if (change.kind === 'capture' && change.capture.reading !== null)
        showProgress(`reading: ${Math.floor(change.capture.reading * 100)} %, ${change.capture.calls} calls`)
  })
  const open = async () => {
    const read = files.includes('-') ? await standardInput(engine) : '-'
    const all = files.map((file) => (file === '-' ? read : file))
    return engine.execute('capture.open', { files: all, ...(keylog === undefined ? {} : { keylog }) })
  }
  try {
    return await Promise.race([open(), interrupted.then(() => null)])
  } finally {
    progress.end()
    showProgress('')
  }
}

/** The reports of the calls with that Call-ID or number. Throws RingbackError (usage) where there is none. */
async function callsNamed(engine: EngineClient, { id }: CaptureView, call: string): Promise<CallReport[]> {
  const { found, total, first } = await engine.execute('capture.find', { id, call })
  if (found.length === 0) {
    const some = first.map(({ id, callId }) => `${id} (${callId})`).join(', ')
    throw usage(`--call ${call}: no such call; there are ${total}: ${some}`)
  }
  const reports: CallReport[] = []
  for (const { id: number } of found) {
    const report = await engine.execute('call.report', { id: `${id}.${number}` })
    const related = report.related?.map((leg) => ({ ...leg, call: leg.call.slice(id.length + 1) }))
    reports.push({ ...report, id: number, ...(related && { related }) })
  }
  return reports
}

async function savePackets(engine: EngineClient, { id }: CaptureView, call: CallReport, path: string): Promise<void> {
  const { base64, note } = await engine.execute('call.export', { id: `${id}.${call.id}`, format: 'pcap' })
  writeWhole(path, Buffer.from(base64, 'base64'))
  if (note !== null) warn(note)
}

async function allCalls(engine: EngineClient, capture: CaptureView): Promise<CallReport[]> {
  const calls: CallReport[] = []
  for await (const { text } of pagesOf(engine, capture, 'calls'))
    calls.push(...(JSON.parse(`[${text}]`) as CallReport[]))
  return calls
}
