import { Argument, type Command, type Option } from 'commander'
import { codecNames } from '../../../shared/model/codecs.ts'
import { dtmfModes } from '../../../shared/model/dtmf.ts'
import { encryptionForms, encryptions } from '../../../shared/model/encryption.ts'
import { impairmentForms } from '../../../shared/model/impairments.ts'
import { transportNames } from '../../../shared/model/transport.ts'
import { callerWrongNames, wrongNames } from '../../../shared/model/wrong.ts'
import { personas } from '../../../shared/providers/personas/index.ts'
import { pathOf } from '../errors.ts'
import { print } from '../output.ts'
import { exitCode } from '../session.ts'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

export function addCompletion(program: Command, finish: (code: number) => void): Command {
  return program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that completes').choices(shells))
    .description('a script that completes commands and options in a shell')
    .addHelpText(
      'after',
      `
Examples:
  ringback completion bash >> ~/.bashrc
  ringback completion zsh >> ~/.zshrc
  ringback completion fish > ~/.config/fish/completions/ringback.fish`,
    )
    .action((shell: Shell) => {
      print((shell === 'fish' ? fishLines(program) : bashLines(program, shell === 'zsh')).join('\n'))
      finish(exitCode.ok)
    })
}

/** A command with all below it. */
const withInner = (command: Command): Command[] => [command, ...command.commands.flatMap(withInner)]
const longOptions = (command: Command) =>
  [...command.options.flatMap(({ long }) => (long ? [long] : [])), '--help'].filter(
    (name, i, all) => all.indexOf(name) === i,
  )
/** What can follow a command: those below it, or the values of its argument; else the shell offers files. */
const namesAfter = (command: Command) => [
  ...command.commands.map((one) => one.name()),
  ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
]
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** What an option of a command can be, where that is a list of words. */
function valuesOf(command: Command, { long, argChoices }: Option): readonly string[] {
  return argChoices ?? (long ? (values[`${command.name()} ${long}`] ?? values[long]) : undefined) ?? []
}

/** By the option, or by command and option. */
const values: Readonly<Record<string, readonly string[]>> = {
  '--transport': transportNames,
  '--codecs': codecNames(),
  '--encryption': encryptions,
  '--encryption-form': encryptionForms,
  '--persona': personas.map(({ name }) => name),
  'agent --wrong': wrongNames,
  'call --wrong': callerWrongNames,
  '--impair': impairmentForms.map(({ example }) => example.replace(/=.*$/s, '=')),
  '--dtmf-mode': dtmfModes,
  '--send': ['marker', 'tone', 'echo', 'silence'],
  '--answer': ['marker', 'tone', 'echo', 'silence', 'reject:', 'ring', 'ignore'],
}

function bashLines(program: Command, zsh: boolean): string[] {
  const commands = withInner(program)
  const inner = commands.slice(1).map((command) => quoted(pathOf(command)))
  const valued = commands.flatMap((command) =>
    command.options
      .map((option) => ({ at: `${pathOf(command)} ${option.long}`, offered: valuesOf(command, option) }))
      .filter(({ offered }) => offered.length > 0),
  )
  return [
    ...(zsh ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_ringback() {',
    '  local path=ringback words= i current="${COMP_WORDS[COMP_CWORD]}"',
    // What stands before the last comma of a list stays.
    '  local last="${current##*,}"',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    `    case "$path \${COMP_WORDS[i]}" in`,
    `      ${inner.join('|')}) path="$path \${COMP_WORDS[i]}" ;;`,
    '    esac',
    '  done',
    '  case "$path ${COMP_WORDS[COMP_CWORD-1]}" in',
    ...valued.map(({ at, offered }) => {
      const words = quoted(offered.join(' '))
      return `    ${quoted(at)}) COMPREPLY=($(compgen -P "\${current%"$last"}" -W ${words} -- "$last")); return ;;`
    }),
    '  esac',
    '  case "$path" in',
    ...commands.map(
      (command) =>
        `    ${quoted(pathOf(command))}) ` +
        `words=${quoted([...namesAfter(command), ...longOptions(command)].join(' '))} ;;`,
    ),
    '  esac',
    '  [[ "${COMP_WORDS[COMP_CWORD]}" == -* ]] || words="${words%%--*}"',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _ringback ringback',
  ]
}

function fishLines(program: Command): string[] {
  return withInner(program).flatMap((command) => {
    const [, ...names] = pathOf(command).split(' ')
    const seen = names.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ')
    const at = quoted(names.length === 0 ? '__fish_use_subcommand' : seen)
    return [
      ...command.commands.map(
        (one) => `complete -c ringback -f -n ${at} -a ${one.name()} -d ${quoted(one.description())}`,
      ),
      ...command.options.flatMap((option) => {
        const { long, required, description } = option
        if (!long) return []
        const offered = valuesOf(command, option)
        const values = offered.length > 0 ? ` -f -a ${quoted(offered.join(' '))}` : ''
        const needs = required ? ' -r' : ''
        return [`complete -c ringback -n ${at} -l ${long.slice(2)}${needs}${values} -d ${quoted(description)}`]
      }),
    ]
  })
}
