import { hiddenValue } from '../model/hidden-value.ts'
import { trunkSchema, type StoredTrunk, type Trunk } from './commands.ts'

/** Trunks as a file, to bring to another machine: no password is in it, and no value of a secret header. */
export function trunkFile(trunks: readonly StoredTrunk[]): string {
  const plain = trunks.map(({ hasPassword: _hasPassword, lost: _lost, ...trunk }) => trunk)
  return `${JSON.stringify({ trunks: plain }, null, 2)}\n`
}

/**
 * The trunks of such a file, and what is wrong with those that are none. A secret header keeps the value that `known`
 * has of it; where there is none it is left out, and `asked` names what has to be set here.
 */
export function readTrunkFile(
  text: string,
  known: readonly StoredTrunk[],
): { readonly trunks: readonly Trunk[]; readonly asked: readonly string[]; readonly problems: readonly string[] } {
  const [trunks, asked, problems]: [Trunk[], string[], string[]] = [[], [], []]
  let entries: unknown
  try {
    entries = (JSON.parse(text) as { trunks?: unknown } | null)?.trunks
  } catch {
    entries = null
  }
  if (!Array.isArray(entries)) return { trunks, asked, problems: ['it is no list of trunks as they are exported here'] }
  for (const [i, entry] of entries.entries()) {
    const parsed = trunkSchema.safeParse(entry)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const name = (entry as { name?: unknown } | null)?.name
      problems.push(
        `${typeof name === 'string' ? name : `trunk ${i + 1}`}: ${issue!.path.join('.')}: ${issue!.message}`,
      )
      continue
    }
    const before = known.find(({ name }) => name === parsed.data.name)
    const has = (name: string) => before?.headers.some((header) => header.name.toLowerCase() === name.toLowerCase())
    const headers = parsed.data.headers.filter(({ name, value }) => value !== hiddenValue || has(name))
    for (const header of parsed.data.headers)
      if (!headers.includes(header)) asked.push(`header ${header.name} of ${parsed.data.name}`)
    if (parsed.data.authentication === 'digest' && !before?.hasPassword)
      asked.push(`the password of ${parsed.data.name}`)
    if (parsed.data.tlsCert !== undefined && parsed.data.tlsCert !== before?.tlsCert)
      asked.push(`the certificate of ${parsed.data.name} with its key`)
    trunks.push({ ...parsed.data, headers })
  }
  return { trunks, asked, problems }
}
