import { Argument, type Command } from 'commander'
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

function bashLines(program: Command, zsh: boolean): string[] {
  const commands = withInner(program)
  const inner = commands.slice(1).map((command) => quoted(pathOf(command)))
  return [
    ...(zsh ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_ringback() {',
    '  local path=ringback words= i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    `    case "$path \${COMP_WORDS[i]}" in`,
    `      ${inner.join('|')}) path="$path \${COMP_WORDS[i]}" ;;`,
    '    esac',
    '  done',
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
      ...command.options.flatMap(({ long, required, description }) =>
        long
          ? [`complete -c ringback -n ${at} -l ${long.slice(2)}${required ? ' -r' : ''} -d ${quoted(description)}`]
          : [],
      ),
    ]
  })
}
