import {
  directionOfTerm,
  parseCallQuery,
  statusClass,
  type FieldTerm,
  type SortKey,
} from '../../../shared/model/call-query.ts'

/** A trigram index finds no shorter words. */
const shortestIndexed = 3

/** A condition of SQL and the values of its places. */
export interface Condition {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** What rows of `calls` must have to fit a filter: each of its fields and words. */
export function conditionsOf(query: string): Condition[] {
  const { fields, words } = parseCallQuery(query)
  const indexed = words.filter(isIndexed)
  const match = indexed.map(phrase).join(' AND ')
  return [
    ...(indexed.length > 0
      ? [{ sql: 'number IN (SELECT rowid FROM words WHERE words MATCH ?)', values: [match] }]
      : []),
    ...words.flatMap((word, i) => (isIndexed(word) ? [] : [shortCondition(word, words[i - 1], words[i + 1])])),
    ...fields.map((term) => {
      const { sql, values } = fieldCondition(term)
      // A damaged entry fits no field, and stops no search.
      return { sql: `CASE WHEN json_valid(entry) THEN ${sql} ELSE 0 END`, values }
    }),
  ]
}

const isIndexed = (word: string) => [...word].length >= shortestIndexed
const phrase = (words: string) => `"${words.replaceAll('"', '""')}"`

/** A word that the index does not find alone: in what a list shows of a call, or in its messages beside a neighbour. */
function shortCondition(word: string, before: string | undefined, after: string | undefined): Condition {
  const listed = { sql: `entry LIKE ? ESCAPE '\\'`, values: [`%${escaped(word)}%`] }
  const beside = before === undefined ? after && `${word} ${after}` : `${before} ${word}`
  return beside === undefined
    ? listed
    : {
        sql: `(${listed.sql} OR number IN (SELECT rowid FROM words WHERE words MATCH ?))`,
        values: [...listed.values, phrase(beside)],
      }
}

const escaped = (word: string) => word.replace(/[\\%_]/g, '\\$&')

function fieldCondition({ field, value }: FieldTerm): Condition {
  switch (field) {
    case 'status': {
      const asked = statusClass(value)
      return asked === null
        ? { sql: "CAST(entry ->> 'status' AS TEXT) = ?", values: [value] }
        : { sql: "(entry ->> 'status') / 100 = ?", values: [asked] }
    }
    case 'verdict':
      return {
        sql: "(entry ->> 'kind' LIKE ? ESCAPE '\\' OR entry ->> 'outcome' LIKE ? ESCAPE '\\')",
        values: [`${escaped(value)}%`, `${escaped(value)}%`],
      }
    case 'dir':
      return { sql: "entry ->> 'direction' = ?", values: [directionOfTerm(value) ?? ''] }
    case 'trunk':
    case 'from':
    case 'to':
      return { sql: `lower(coalesce(entry ->> '${field}', '')) LIKE ? ESCAPE '\\'`, values: [`%${escaped(value)}%`] }
  }
}

const columns: { readonly [Key in Exclude<SortKey, 'start'>]: string } = {
  number: "CASE entry ->> 'direction' WHEN 'inbound' THEN entry ->> 'from' ELSE entry ->> 'to' END",
  trunk: "coalesce(entry ->> 'trunk', '')",
  verdict: "entry ->> 'kind'",
  status: "coalesce(entry ->> 'status', 0)",
  length: "coalesce(entry ->> 'durationMs', -1)",
}

/** The order of rows, newest first among equals; calls are numbered as they begin. */
export function orderOf(sort: SortKey, descending: boolean): string {
  const way = descending ? 'DESC' : 'ASC'
  return sort === 'start'
    ? `number ${way}`
    : `CASE WHEN json_valid(entry) THEN ${columns[sort]} END ${way}, number DESC`
}
