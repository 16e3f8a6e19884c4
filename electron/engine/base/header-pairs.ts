/** Of Node's list of names and values. */
export function pairs(raw: readonly string[]): { name: string; value: string }[] {
  return Array.from({ length: raw.length / 2 }, (_, i) => ({ name: raw[2 * i]!, value: raw[2 * i + 1]! }))
}
