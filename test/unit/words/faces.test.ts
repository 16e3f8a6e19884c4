import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withFlags } from '../../../electron/cli/remedies.ts'
import { plainRemedyCodes, type Remedy } from '../../../shared/model/remedies.ts'
import { builtIn } from '../../../shared/providers/index.ts'
import { customHeaderFault } from '../../../shared/words/own-headers.ts'
import { remedyWords } from '../../../shared/words/remedies.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((entry) => /\.tsx?$/.test(entry))
    .map((entry) => join(folder, entry))
const naming = (files: readonly string[], pattern: RegExp) =>
  files.flatMap((file) => {
    const lines = readFileSync(join(root, file), 'utf8').split('\n')
    return lines.filter((line) => pattern.test(line)).map((line) => `${file}: ${line.trim()}`)
  })

/** A double dash before a word; `--this.n` is arithmetic. */
const flag = /(?<![\w)-])--[a-z][a-z-]*(?![a-z.-])/
/** The words of their names that say whose they are, spaces and all. */
const providerWords = [
  ...new Set(
    builtIn
      .filter(({ kind }) => kind !== 'pbx')
      .flatMap(({ name }) => name.split(/[^A-Za-z]+/))
      .filter(
        (word) => !/^(?:sip|elastic|trunking|programmable|voice|connector|realtime|amazon|azure|daily|)$/i.test(word),
      ),
  ),
  'amazon',
  'eleven.labs',
]
const commandNames = readdirSync(join(root, 'electron/cli/commands')).map((file) => file.replace(/\.ts$/, ''))
const remedies: readonly Remedy[] = [
  { code: 'choose-transport' },
  { code: 'choose-transport', transport: 'tcp' },
  { code: 'choose-encryption', encryption: 'disabled' },
  ...plainRemedyCodes.map((code) => ({ code })),
]

describe('what is for one face only', () => {
  it('no flag of the command line is named outside of it, but where the command for a call is written', () => {
    // Those of V8 and of programs that speak are none of ours.
    const own = [
      join('shared', 'contract', 'command-line.ts'),
      join('electron', 'engine', 'base', 'heap.ts'),
      join('electron', 'engine', 'media', 'audio', 'speech.ts'),
    ]
    const files = [...sources('shared'), ...sources('electron/engine'), ...sources('renderer')]
    expect(
      naming(
        files.filter((file) => !own.includes(file)),
        flag,
      ),
    ).toEqual([])
  })

  it('no command of the command line is named outside of it, but where the command for a call is written', () => {
    const own = [join('shared', 'contract', 'command-line.ts'), join('renderer', 'ui', 'remedies.ts')]
    const files = [...sources('shared'), ...sources('electron/engine'), ...sources('renderer')]
    expect(
      naming(
        files.filter((file) => !own.includes(file)),
        new RegExp(`(?<![/:@])\\bringback (${commandNames.join('|')})\\b`),
      ),
    ).toEqual([])
  })

  it('no provider is named outside shared/providers', () => {
    const files = [...sources('shared'), ...sources('electron'), ...sources('renderer')]
    expect(
      naming(
        files.filter((file) => !file.startsWith(join('shared', 'providers'))),
        new RegExp(`\\b(${providerWords.join('|')})`, 'i'),
      ),
    ).toEqual([])
  })
})

describe('a remedy', () => {
  it.each(remedies)('%j has words for every face and flags for the command line', (remedy) => {
    expect(remedyWords(remedy)).toMatch(/^[a-z]/)
    expect(remedyWords(remedy)).not.toMatch(flag)
    expect(withFlags('Do it.', remedy)).toMatch(/^Do it\. \((--|ringback )[a-z]/)
  })

  it('may carry the value to set', () => {
    expect(withFlags('Call again over TCP.', { code: 'choose-transport', transport: 'tcp' })).toBe(
      'Call again over TCP. (--transport tcp)',
    )
    expect(withFlags('Wait.', undefined)).toBe('Wait.')
  })

  it('is given for a header that has a setting of its own', () => {
    expect(customHeaderFault('From', 'x')).toEqual({
      text: 'header From belongs to the stack: set the caller ID and the display name',
      remedy: { code: 'set-caller' },
    })
    expect(customHeaderFault('Via', 'x')).not.toHaveProperty('remedy')
  })
})
