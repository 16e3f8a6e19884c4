import type { Command } from 'commander'
import { count, visible } from '../../../shared/base/text.ts'
import { exportFormatSchema, type ExportFormat } from '../../../shared/contract/commands.ts'
import { writeWhole } from '../../engine/base/durable.ts'
import { historyLines } from '../history-lines.ts'
import { jsonPieces } from '../json.ts'
import { parseCount, parseFormat } from '../options.ts'
import { print, printJson, warn } from '../output.ts'
import { exitCode, withEngine, type CommonOptions } from '../session.ts'
import { Paint, hasFault, ladderLines, leftSide, summaryLines } from '../terminal.ts'
import { idOf, whichCall } from '../which-call.ts'

interface ListOptions extends CommonOptions {
  readonly limit: number
  readonly filter?: string
}

export function addHistory(program: Command, finish: (code: number) => void): Command[] {
  const history = program
    .command('history')
    .description('past calls')
    .addHelpText(
      'after',
      '\nExamples:\n  ringback history list --limit 20\n  ringback history show latest\n' +
        '  ringback history export latest call.html',
    )
  return [history, addList(history, finish), addShow(history, finish), addExport(history, finish)]
}

function addList(history: Command, finish: (code: number) => void): Command {
  return history
    .command('list')
    .description('the newest calls')
    .option('--limit <n>', 'how many', parseCount, 100)
    .option(
      '--filter <words>',
      'only calls that have these words anywhere in them, headers included (one of two letters beside the next ' +
        'word), and fields like status:4xx, trunk:NAME, verdict:one-way, dir:in, from:, to:',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  ringback history list\n  ringback history list --limit 5\n' +
        "  ringback history list --filter 'X-CALL-ID: 42'\n  ringback history list --json",
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>()
      finish(
        await withEngine(options, true, async (engine) => {
          const { entries, unreadable } = await engine.execute('history.list', {
            limit: options.limit,
            ...(options.filter === undefined ? {} : { query: options.filter.trim() }),
          })
          if (unreadable > 0)
            warn(
              `warning: ${count(unreadable, 'call')} of the history ${unreadable === 1 ? 'is' : 'are'} damaged ` +
                'and left out',
            )
          if (options.json) await printJson(entries)
          else if (entries.length > 0) for (const line of historyLines(entries, new Paint(options))) print(line)
          else if (options.filter !== undefined) print(`no call has ${visible(options.filter)} in it`)
          else if (unreadable === 0) print('no calls yet: ringback demo makes one')
          return exitCode.ok
        }),
      )
    })
}

function addShow(history: Command, finish: (code: number) => void): Command {
  return history
    .command('show')
    .argument('<id>', whichCall)
    .description('one call, as it was reported')
    .addHelpText('after', '\nExamples:\n  ringback history show latest\n  ringback history show ID --json')
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, true, async (engine) => {
          const report = await engine.execute('history.show', { id: await idOf(engine, id) })
          if (options.json) await printJson(report)
          else {
            const paint = new Paint(options)
            for (const line of ladderLines(report.messages, report.timeline.startedAt, leftSide(report), paint))
              print(line)
            for (const line of summaryLines(report, paint)) print(line)
          }
          return report.outcome !== 'in-progress' && hasFault(report) ? exitCode.fault : exitCode.ok
        }),
      )
    })
}

function addExport(history: Command, finish: (code: number) => void): Command {
  return history
    .command('export')
    .argument('<id>', whichCall)
    .argument('<file>', 'where to')
    .description('write a call as JSON, HTML or a capture')
    .option(
      '--format <format>',
      `${exportFormatSchema.options.join(', ')} (default: by the ending of the file, else json)`,
      parseFormat,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  ringback history export ID call.json\n  ringback history export latest call.html\n' +
        '  ringback history export latest call.pcap',
    )
    .action(async (id: string, file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions & { format?: ExportFormat }>()
      const ending = /\.([a-z]{3,6})$/i.exec(file)?.[1]?.toLowerCase()
      const format = options.format ?? exportFormatSchema.safeParse(ending).data ?? 'json'
      finish(
        await withEngine(options, true, async (engine) => {
          const call = await idOf(engine, id)
          if (format === 'json') writeWhole(file, lines(await engine.execute('history.show', { id: call })))
          else {
            const { base64, note } = await engine.execute('call.export', { id: call, format })
            writeWhole(file, Buffer.from(base64, 'base64'))
            if (note !== null) warn(note)
          }
          if (options.json) await printJson({ file })
          else print(`wrote ${visible(file)}`)
          return exitCode.ok
        }),
      )
    })
}

function* lines(report: unknown): Generator<string> {
  yield* jsonPieces(report, 2)
  yield '\n'
}
