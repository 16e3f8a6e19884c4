import { words } from '../base/scan.ts'

/** What of a call a filter can name: `status:403 trunk:x verdict:one-way dir:in`. */
export const queryFields = ['status', 'trunk', 'verdict', 'dir', 'from', 'to'] as const
export type QueryField = (typeof queryFields)[number]

export interface FieldTerm {
  readonly field: QueryField
  /** In lower case. */
  readonly value: string
}

/** A filter of calls: fields that must fit, and words that must be somewhere in the call. */
export interface CallQuery {
  readonly fields: readonly FieldTerm[]
  readonly words: readonly string[]
}

const mostTerms = 50

/** Reads a filter as a person types it; what is no field is a word. */
export function parseCallQuery(text: string): CallQuery {
  const fields: FieldTerm[] = []
  const rest: string[] = []
  for (const word of words(text, mostTerms)) {
    const colon = word.indexOf(':')
    const field = queryFields.find((name) => name === word.slice(0, colon).toLowerCase())
    const value = word.slice(colon + 1).toLowerCase()
    if (colon > 0 && field && value !== '') fields.push({ field, value })
    else rest.push(word)
  }
  return { fields, words: rest }
}

/** The filter without one of its terms. */
export function withoutTerm(text: string, { field, value }: FieldTerm): string {
  return words(text, mostTerms)
    .filter((word) => word.toLowerCase() !== `${field}:${value}`)
    .join(' ')
}

/** What of a call is filtered by its fields. */
export interface Filtered {
  readonly direction: 'outbound' | 'inbound' | 'observed'
  readonly from: string
  readonly to: string
  readonly trunk: string | null
  readonly outcome: string
  /** Of the verdict. */
  readonly kind: string
  readonly status: number | null
}

const directions: Readonly<Record<string, Filtered['direction']>> = {
  out: 'outbound',
  outbound: 'outbound',
  in: 'inbound',
  inbound: 'inbound',
  seen: 'observed',
  observed: 'observed',
}

/** The direction that a value of `dir` stands for; null for none. */
export const directionOfTerm = (value: string): Filtered['direction'] | null =>
  Object.hasOwn(directions, value) ? directions[value]! : null

/** `4` of `4xx`; null for a status or anything else. */
export const statusClass = (value: string): number | null => (/^[1-6]xx$/.test(value) ? Number(value[0]) : null)

/** Whether a call has all fields as they are asked for. */
export function fitsFields(call: Filtered, fields: readonly FieldTerm[]): boolean {
  return fields.every(({ field, value }) => {
    switch (field) {
      case 'status': {
        const asked = statusClass(value)
        return (
          call.status !== null &&
          (asked === null ? String(call.status) === value : Math.floor(call.status / 100) === asked)
        )
      }
      case 'trunk':
        return (call.trunk ?? '').toLowerCase().includes(value)
      case 'verdict':
        return call.kind.startsWith(value) || call.outcome.startsWith(value)
      case 'dir':
        return call.direction === directionOfTerm(value)
      case 'from':
        return call.from.toLowerCase().includes(value)
      case 'to':
        return call.to.toLowerCase().includes(value)
    }
  })
}

/** By what a list of calls can be sorted. */
export const sortKeys = ['start', 'number', 'trunk', 'verdict', 'status', 'length'] as const
export type SortKey = (typeof sortKeys)[number]
