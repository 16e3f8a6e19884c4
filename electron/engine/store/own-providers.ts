import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { visible } from '../../../shared/base/text.ts'
import { providerSchema, type Provider } from '../../../shared/providers/provider.ts'
import { errorCode, explainError } from '../base/errors.ts'
import { faultText, readCheckedJson } from '../base/checked-json.ts'

const folderName = 'providers'
const mostFiles = 200
const mostBytes = 1024 * 1024

/** The providers that a person keeps in the profile folder, and what is wrong with the files that are none. */
export interface OwnProviders {
  readonly providers: readonly Provider[]
  /** Each a sentence that names file, line and field. */
  readonly problems: readonly string[]
}

export const noProviders: OwnProviders = { providers: [], problems: [] }

/** Reads `providers/*.json` of the profile folder, in the order of their names. Never throws. */
export function readOwnProviders(profile: string): OwnProviders {
  const folder = join(profile, folderName)
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return noProviders
    return { providers: [], problems: [`Your own providers cannot be read, ${folder}: ${explainError(error)}.`] }
  }
  const providers: Provider[] = []
  const problems: string[] = []
  for (const name of names.toSorted().slice(0, mostFiles)) {
    const shown = visible(`${folderName}/${name}`)
    const read = readFile(join(folder, name), shown)
    if ('problems' in read) problems.push(...read.problems)
    else if (providers.some((other) => other.name.toLowerCase() === read.provider.name.toLowerCase()))
      problems.push(`${shown}: there is another provider "${read.provider.name}" of yours: give it another name.`)
    else providers.push(read.provider)
  }
  if (names.length > mostFiles)
    problems.push(`${folder} has ${names.length} files: only the first ${mostFiles} by name are read.`)
  return { providers, problems }
}

function readFile(path: string, shown: string): { readonly provider: Provider } | { readonly problems: string[] } {
  const one = (problem: string) => ({ problems: [`${shown}${problem}.`] })
  try {
    const { size } = statSync(path)
    if (!statSync(path).isFile()) return one(' is no file')
    if (size > mostBytes) return one(` has ${size} bytes: a provider has at most ${mostBytes}`)
    const json = readCheckedJson(readFileSync(path, 'utf8'), providerSchema)
    return 'data' in json
      ? { provider: json.data }
      : { problems: json.faults.map((fault) => `${shown}${faultText(fault)}.`) }
  } catch (error) {
    return one(` cannot be read: ${explainError(error)}`)
  }
}
