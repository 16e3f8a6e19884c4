import { elide, visible } from '../base/text.ts'

/** What a registrar said that agreed and does not list a Contact (RFC 3261 10.3): a clause that goes on from "and". */
export function missingBinding(contact: string, bindings: readonly string[]): string {
  const listed = bindings.length === 0 ? 'no binding' : elide(visible(bindings.slice(0, 5).join(', ')), 300)
  return `lists ${listed}: ${contact} is not among them, so calls may not come there`
}
