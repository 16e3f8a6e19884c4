import { visible } from '../../../shared/base/text.ts'
import { JsonFault, readJsonLines } from './json-lines.ts'

/** What a schema of zod says of a value. */
interface Schema<Value> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Value }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } }
}

interface Issue {
  readonly code?: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[]
}

/** Of one text: more would say nothing new. */
const mostFaults = 5

/** What is wrong: `field: why`, and its line; null where it is about no line. */
export interface CheckedFault {
  readonly line: number | null
  readonly text: string
}

/** `value`: as it was written, `data`: as the schema leaves it; or what is wrong. */
export type CheckedJson<Value> = { readonly value: unknown; readonly data: Value } | { readonly faults: CheckedFault[] }

/** As it follows the name of a file: `, line 3: field: why`. */
export const faultText = ({ line, text }: CheckedFault): string =>
  line === null ? `: ${text}` : `, line ${line}: ${text}`

/** Reads a JSON text that must be as a schema says. */
export function readCheckedJson<Value>(text: string, schema: Schema<Value>): CheckedJson<Value> {
  try {
    const json = readJsonLines(text)
    const parsed = schema.safeParse(json.value)
    if (parsed.success) return { value: json.value, data: parsed.data }
    const places = parsed.error.issues.flatMap(placesOf)
    const faults = places.slice(0, mostFaults).map(({ path, message }) => {
      const field = path.length === 0 ? '' : `${visible(path.map(String).join('.'))}: `
      return { line: json.lineOf(path), text: `${field}${visible(message)}` }
    })
    const left = places.length - mostFaults
    return { faults: [...faults, ...(left > 0 ? [{ line: null, text: `${left} more faults follow` }] : [])] }
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    return { faults: [{ line: error.line, text: `this is no JSON: ${visible(error.message)}` }] }
  }
}

/** A field that is unknown is a place of its own. */
function placesOf({ code, keys, path, message }: Issue): Pick<Issue, 'path' | 'message'>[] {
  return code === 'unrecognized_keys' && keys
    ? keys.map((key) => ({ path: [...path, key], message: 'there is no such field' }))
    : [{ path, message }]
}
