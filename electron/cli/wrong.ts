import { InvalidArgumentError } from 'commander'
import {
  callerWrongNames,
  callerWrongs,
  wrongNames,
  wrongs,
  type CallerWrong,
  type Wrong,
} from '../../shared/model/wrong.ts'

/** Names of a list, each of which is known. */
function parseNames<Name extends string>(text: string, known: readonly Name[]): Name[] {
  return text.split(',').map((name) => {
    const one = known.find((each) => each === name.trim())
    if (one === undefined)
      throw new InvalidArgumentError(`"${name.trim()}" is not known: choose of ${known.join(', ')}.`)
    return one
  })
}

const linesOf = (all: Readonly<Record<string, string>>): string => {
  const width = Math.max(...Object.keys(all).map((name) => name.length))
  return Object.entries(all)
    .map(([name, what]) => `  ${name.padEnd(width)}  ${what}`)
    .join('\n')
}

export const parseWrong = (text: string): Wrong[] => parseNames(text, wrongNames)
export const wrongLines = (): string => linesOf(wrongs)
export const parseCallerWrong = (text: string): CallerWrong[] => parseNames(text, callerWrongNames)
export const callerWrongLines = (): string => linesOf(callerWrongs)
