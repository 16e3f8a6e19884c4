import { InvalidArgumentError } from 'commander'
import { impairmentForms, impairmentWords, readImpairments } from '../../shared/model/impairments.ts'
import { warn } from './output.ts'

export const impairmentUse = 'what goes wrong on purpose with the RTP that is sent (list below)'

export function impairmentLines(): string {
  const width = Math.max(...impairmentForms.map(({ example }) => example.length))
  return impairmentForms.map(({ example, title }) => `  ${example.padEnd(width)}  ${title}`).join('\n')
}

/** What goes wrong on purpose: `loss=5%,jitter=30ms`. */
export function parseImpairments(text: string, before: readonly string[] = []): string[] {
  const all = [...before, ...text.split(',').map((part) => part.trim())]
  const read = readImpairments(all)
  if (typeof read === 'string') throw new InvalidArgumentError(read)
  return all
}

/** Says loudly what goes wrong on purpose. */
export function sayImpaired(impairments: readonly string[] = []): void {
  for (const text of impairments) warn(`impaired on purpose: ${impairmentWords(text)}`)
}
