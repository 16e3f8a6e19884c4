import type { Command } from 'commander'
import { visible } from '../../../shared/base/text.ts'
import { pairSchema, type PairReport } from '../../../shared/contract/pair.ts'
import { halfKindOf, halves, pairOf, pairsKnown, type HalfKind } from '../../../shared/providers/personas/pairs.ts'
import { faultText, readCheckedJson } from '../../engine/base/checked-json.ts'
import { usage } from '../../engine/base/errors.ts'
import { print, printJson } from '../output.ts'
import { stepMark } from '../persona-lines.ts'
import { exitCode, type CommonOptions } from '../session.ts'
import { Paint } from '../terminal.ts'
import { readText } from '../text-file.ts'

const mostBytes = 1024 * 1024

export function addPair(program: Command, finish: (code: number) => void): Command {
  return program
    .command('pair')
    .argument('<file>', 'one half of a configuration')
    .argument('<other>', 'the half that stands at another provider')
    .description('whether two halves of a configuration, at two providers, agree')
    .addHelpText(
      'after',
      `\nWhat is known to belong together, in either order:\n${pairsKnown.map((one) => `  ${one}`).join('\n')}` +
        '\n\nExamples:\n  ringback pair bin.xml inbound-trunk.json\n  ringback pair number.json trunk.json --json' +
        '\n\nExit code 1: they differ. No secret is shown: only how two differ.',
    )
    .action(async (one: string, other: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const given = new Map<HalfKind, unknown>([readHalf(one), readHalf(other)])
      if (given.size < 2) throw usage(`${one} and ${other} are both ${halves[[...given.keys()][0]!].name}`)
      const pair = pairOf(given)
      if (typeof pair === 'string') throw usage(visible(pair))
      const report: PairReport = {
        halves: [...pair.halves],
        agree: pair.steps.every(({ holds }) => holds !== false),
        steps: pair.steps.map((step) => ({ ...step })),
      }
      if (options.json) await printJson(pairSchema.parse(report))
      else for (const line of pairLines(report, new Paint(options))) print(line)
      finish(report.agree ? exitCode.ok : exitCode.fault)
    })
}

function readHalf(file: string): [HalfKind, unknown] {
  const text = readText(file, file, mostBytes)
  const kind = halfKindOf(text)
  if (kind === null) throw usage(`${file} is no half of a pair: there are ${pairsKnown.join(', and ')}`)
  const { schema } = halves[kind]
  if (schema === null) return [kind, text]
  const json = readCheckedJson<unknown>(text, schema)
  if ('faults' in json) throw usage(json.faults.map((fault) => `${file}${faultText(fault)}`).join('; '))
  return [kind, json.value]
}

function pairLines({ halves: [one, other], agree, steps }: PairReport, paint: Paint): string[] {
  return [
    ...steps.flatMap(({ subject, arrived, wanted, holds, next }) => {
      const line = `${stepMark(holds, paint)} ${visible(subject)}: ${visible(arrived)}; the other: ${visible(wanted)}`
      return next === null ? [line] : [line, `    next: ${visible(next)}`]
    }),
    '',
    `${visible(one!)} and ${visible(other!)} ${agree ? paint.green('agree') : paint.red('differ')}.`,
  ]
}
