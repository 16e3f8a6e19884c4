import type { Command } from 'commander'
import type { RuleDescription } from '../../../shared/contract/report.ts'
import { usage } from '../../engine/base/errors.ts'
import { print, printJson } from '../output.ts'
import { exitCode, withEngine, type CommonOptions } from '../session.ts'

export function addRules(program: Command, finish: (code: number) => void): Command {
  return program
    .command('rules [id]')
    .description('what each rule of the diagnosis looks at, when it speaks and when it is silent')
    .addHelpText('after', '\nExamples:\n  ringback rules\n  ringback rules audio-stops --json')
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, false, async (engine) => {
          const all = await engine.execute('rule.list', {})
          const rules = id === undefined ? all : all.filter((rule) => rule.id === id)
          if (rules.length === 0) throw usage(`${id}: no such rule; there are ${all.map((rule) => rule.id).join(', ')}`)
          if (options.json) await printJson(rules)
          else for (const [i, rule] of rules.entries()) print(`${i > 0 ? '\n' : ''}${describe(rule)}`)
          return exitCode.ok
        }),
      )
    })
}

function describe({ id, severities, looksAt, speaks, silent, silences }: RuleDescription): string {
  return [
    `${id} (${severities.join(', ')})`,
    `  looks at   ${looksAt}`,
    `  speaks     ${speaks}`,
    `  is silent  ${silent}`,
    ...(silences.length > 0 ? [`  silences   ${silences.join(', ')}`] : []),
  ].join('\n')
}
