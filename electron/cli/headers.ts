import { InvalidArgumentError, type Command } from 'commander'

export interface Header {
  readonly name: string
  readonly value: string
  readonly secret?: boolean
}

/** `Name: value`, as typed. */
export function parseHeader(text: string): Header {
  const colon = text.indexOf(':')
  if (colon < 1)
    throw new InvalidArgumentError(`"${text.slice(0, 60)}" has no name before a colon: write 'Name: value'.`)
  return { name: text.slice(0, colon), value: text.slice(colon + 1).replace(/^ /, '') }
}

/** `Name=ENV`: the value of that environment variable, which is never shown. */
function parseHeaderEnv(text: string): Header {
  const equals = text.indexOf('=')
  const [name, variable] = [text.slice(0, equals), text.slice(equals + 1)]
  if (equals < 1 || variable === '')
    throw new InvalidArgumentError(`"${text.slice(0, 60)}" names no header and variable: write 'Name=ENV'.`)
  const value = process.env[variable]
  if (value === undefined || value === '')
    throw new InvalidArgumentError(`the environment variable ${variable} is not set.`)
  return { name, value, secret: true }
}

/**
 * Adds `--header` and `--header-env`; both fill one list, in the order of the command line, which is in either option's
 * value.
 */
export function withHeaders(command: Command, what: string): Command {
  const headers: Header[] = []
  const add = (parse: (text: string) => Header) => (text: string) => {
    headers.push(parse(text))
    return headers
  }
  return command
    .option('-H, --header <header>', `${what} 'Name: value' (repeatable; sent as typed, in order)`, add(parseHeader))
    .option(
      '--header-env <name=env>',
      'a header whose value is in an environment variable and is never shown (repeatable)',
      add(parseHeaderEnv),
    )
}

export interface HeaderOptions {
  readonly header?: Header[]
  readonly headerEnv?: Header[]
}

export const headersOf = ({ header, headerEnv }: HeaderOptions): Header[] | undefined => header ?? headerEnv
