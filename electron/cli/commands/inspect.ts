import type { Command } from 'commander'
import { visible } from '../../../shared/base/text.ts'
import { writeWhole } from '../../engine/base/durable.ts'
import { usage } from '../../engine/base/errors.ts'
import { print, printJson, warn } from '../output.ts'
import { savePage } from '../page.ts'
import { exitCode, withEngine, type CommonOptions } from '../session.ts'
import { Paint, ladderLines, leftSide, registrationLines, summaryLines } from '../terminal.ts'

interface InspectOptions extends CommonOptions {
  readonly call?: string
  readonly pcap?: string
  readonly report?: string
}

export function addInspect(program: Command, finish: (code: number) => void): Command {
  return program
    .command('inspect <files...>')
    .description('open captures (pcap, pcapng): calls, ladder, statistics, diagnosis')
    .option('--call <id>', 'only the call with this Call-ID or number')
    .option('--pcap <file>', 'write the packets of the call that --call names')
    .option('--report <file.html>', 'write a page that anyone can open')
    .addHelpText(
      'after',
      `
Examples:
  ringback inspect call.pcap
  ringback inspect trunk.pcapng --call 3 --json
  ringback inspect trunk.pcapng --call 3 --pcap call-3.pcap`,
    )
    .action(async (files: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<InspectOptions>()
      if (options.pcap !== undefined && options.call === undefined)
        throw usage('--pcap writes the packets of one call: name it with --call')
      finish(
        await withEngine(options, false, async (engine) => {
          const { id: capture } = await engine.execute('capture.open', { files })
          const whole = await engine.execute('capture.report', { id: capture })
          const calls =
            options.call === undefined
              ? whole.calls
              : whole.calls.filter(({ id, callId }) => id === options.call || callId === options.call)
          if (options.call !== undefined && calls.length === 0)
            throw usage(
              `--call ${options.call}: no such call; there are ${whole.calls.length}: ${whole.calls
                .slice(0, 10)
                .map(({ id, callId }) => `${id} (${callId})`)
                .join(', ')}`,
            )
          if (options.pcap !== undefined) {
            const offset = whole.calls.indexOf(calls[0]!)
            const [call] = await engine.execute('capture.calls', { id: capture, offset, limit: 1 })
            const { base64, note } = await engine.execute('call.export', { id: call!.id, format: 'pcap' })
            writeWhole(options.pcap, Buffer.from(base64, 'base64'))
            if (note !== null) warn(note)
          }
          const report = { ...whole, calls }
          if (options.json) await printJson(report)
          else {
            const paint = new Paint(options)
            for (const call of calls) {
              print(
                paint.bold(
                  visible(
                    `Call ${call.id}: ${call.from} → ${call.to}, ` +
                      `${call.outcome}${call.status ? ` ${call.status.code} ${call.status.reason}` : ''}`,
                  ),
                ),
              )
              for (const line of ladderLines(call.messages, call.timeline.startedAt, leftSide(call), paint)) print(line)
              for (const line of summaryLines(call, paint)) print(line)
              print('')
            }
            for (const registration of report.registrations)
              for (const line of registrationLines(registration, paint)) print(line)
            for (const { method, from, to, status } of report.dialogs)
              print(visible(`${method} ${from} → ${to}: ${status ? `${status.code} ${status.reason}` : 'no answer'}`))
            for (const { source, destination, packets, codec } of report.unmatchedStreams)
              print(visible(`RTP without SIP: ${source} → ${destination}, ${codec}, ${packets} packets`))
            for (const problem of report.problems) print(paint.yellow(`! ${visible(problem)}`))
            print(
              `${report.packets} packets, ${whole.calls.length} calls, ${report.registrations.length} registrations`,
            )
          }
          if (options.report !== undefined && !savePage(options.report, calls)) return exitCode.machine
          const shown = options.call === undefined ? [...calls, ...report.registrations] : calls
          return whole.damaged || shown.some(({ findings }) => findings.some(({ severity }) => severity === 'fault'))
            ? exitCode.fault
            : exitCode.ok
        }),
      )
    })
}
