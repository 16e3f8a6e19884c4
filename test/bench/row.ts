/** One line of the table. */
export interface Row {
  readonly what: string
  readonly measured: string
  readonly mark: string
  readonly ok: boolean
  /** What the measurements of one row are compared by: the middle one of three is shown. */
  readonly figure: number
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
