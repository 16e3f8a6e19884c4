import type { Command } from 'commander'
import { count, visible } from '../../../shared/base/text.ts'
import type { HistoryEntry } from '../../../shared/contract/commands.ts'
import { writeWhole } from '../../engine/base/durable.ts'
import { jsonPieces } from '../json.ts'
import { parseWhole } from '../options.ts'
import { print, printJson, warn } from '../output.ts'
import { exitCode, withEngine, type CommonOptions } from '../session.ts'
import { Paint, ladderLine, leftSide, summaryLines } from '../terminal.ts'

export function addHistory(program: Command, finish: (code: number) => void): Command[] {
  const history = program
    .command('history')
    .description('past calls')
    .addHelpText(
      'after',
      '\nExamples:\n  ringback history list --limit 20\n  ringback history show ID\n' +
        '  ringback history export ID call.json',
    )
  const list = history
    .command('list')
    .description('the newest calls')
    .option('--limit <n>', 'how many', parseWhole, 100)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions & { limit: number }>()
      finish(
        await withEngine(options, true, async (engine) => {
          const { entries, unreadable } = await engine.execute('history.list', { limit: Math.max(1, options.limit) })
          if (unreadable > 0)
            warn(
              `warning: ${count(unreadable, 'call')} of the history ${unreadable === 1 ? 'is' : 'are'} damaged ` +
                'and left out',
            )
          if (options.json) await printJson(entries)
          else if (entries.length === 0 && unreadable === 0) print('no calls yet: ringback demo makes one')
          else for (const entry of entries) print(entryLine(entry))
          return exitCode.ok
        }),
      )
    })
  const show = history
    .command('show <id>')
    .description('one call, as it was reported')
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, true, async (engine) => {
          const report = await engine.execute('history.show', { id })
          if (options.json) await printJson(report)
          else {
            const paint = new Paint(options)
            for (const message of report.messages)
              print(ladderLine(message, report.timeline.startedAt, leftSide(report), paint))
            for (const line of summaryLines(report, paint)) print(line)
          }
          return exitCode.ok
        }),
      )
    })
  const exported = history
    .command('export <id> <file>')
    .description('write a call as JSON')
    .action(async (id: string, file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, true, async (engine) => {
          const report = await engine.execute('history.show', { id })
          writeWhole(file, lines(report))
          if (options.json) await printJson({ file })
          else print(`wrote ${visible(file)}`)
          return exitCode.ok
        }),
      )
    })
  return [history, list, show, exported]
}

function* lines(report: unknown): Generator<string> {
  yield* jsonPieces(report, 2)
  yield '\n'
}

function entryLine({ id, startedAt, direction, to, outcome, status, verdict, durationMs }: HistoryEntry): string {
  // Without an end: the process that had the call died in it, or still has it.
  const interrupted = durationMs === null && (outcome === 'in-progress' || outcome === 'answered')
  return (
    `${id}  ${startedAt.slice(0, 19)}Z  ${direction}  ${visible(to)}  ` +
    `${interrupted ? 'interrupted' : outcome}${status === null ? '' : ` ${status}`}  ${visible(verdict)}`
  )
}
