import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { explainError, machine } from '../../engine/base/errors.ts'
import { parseWhole } from '../options.ts'
import { exitCode, printJson, withEngine, type CommonOptions } from '../session.ts'
import { Paint, ladderLine, leftSide, summaryLines } from '../terminal.ts'

export function addHistory(program: Command, finish: (code: number) => void): Command[] {
  const history = program.command('history').description('past calls').addHelpText('after', '\nExamples:\n  ringback history list --limit 20\n  ringback history show ID\n  ringback history export ID call.json')
  const list = history.command('list').description('the newest calls').option('--limit <n>', 'how many', parseWhole, 100).action(async (_options: unknown, command: Command) => {
    const options = command.optsWithGlobals<CommonOptions & { limit: number }>()
    finish(await withEngine(options, true, async (engine) => {
      const { entries } = await engine.execute('history.list', { limit: Math.max(1, options.limit) })
      if (options.json) printJson(entries)
      else if (entries.length === 0) process.stdout.write('no calls yet: ringback demo makes one\n')
      else for (const { id, startedAt, direction, to, outcome, status, verdict } of entries) process.stdout.write(`${id}  ${startedAt.slice(0, 19)}Z  ${direction}  ${to}  ${outcome}${status === null ? '' : ` ${status}`}  ${verdict}\n`)
      return exitCode.ok
    }))
  })
  const show = history.command('show <id>').description('one call, as it was reported').action(async (id: string, _options: unknown, command: Command) => {
    const options = command.optsWithGlobals<CommonOptions>()
    finish(await withEngine(options, true, async (engine) => {
      const report = await engine.execute('history.show', { id })
      if (options.json) printJson(report)
      else {
        const paint = new Paint(options)
        for (const message of report.messages) process.stdout.write(`${ladderLine(message, report.timeline.startedAt, leftSide(report), paint)}\n`)
        process.stdout.write(`${summaryLines(report, paint).join('\n')}\n`)
      }
      return exitCode.ok
    }))
  })
  const exported = history.command('export <id> <file>').description('write a call as JSON').action(async (id: string, file: string, _options: unknown, command: Command) => {
    const options = command.optsWithGlobals<CommonOptions>()
    finish(await withEngine(options, true, async (engine) => {
      const report = await engine.execute('history.show', { id })
      try {
        writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
      } catch (error) {
        throw machine(`cannot write ${file}: ${explainError(error)}`, error)
      }
      if (options.json) printJson({ file })
      else process.stdout.write(`wrote ${file}\n`)
      return exitCode.ok
    }))
  })
  return [history, list, show, exported]
}
