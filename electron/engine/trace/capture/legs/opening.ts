import { decodeText } from '../../../../../shared/base/text.ts'
import type { Micros } from '../../../../../shared/base/time.ts'
import { parseNameAddr, parseUri } from '../../../../../shared/wire/sip/grammar.ts'
import { headerKey } from '../../../../../shared/wire/sip/message.ts'
import type { CaptureIndex } from '../capture-index.ts'
import type { Dialog } from '../dialogs.ts'

/** Messages of a call among which its INVITE is looked for. */
const mostLookedAt = 5
const mostMarks = 12
const longestValue = 256

/** How a call began, as far as another leg of it may tell. */
export interface Opening {
  readonly dialog: Dialog
  readonly at: Micros
  /** Numbers of hosts. */
  readonly source: number
  readonly destination: number
  /** The user parts of From and To; empty where there is none. */
  readonly from: string
  readonly to: string
  /** Header fields that an element may hand on, or in which it may name another Call-ID; by name. */
  readonly marks: readonly (readonly [name: string, value: string])[]
}

const handedOn: ReadonlySet<string> = new Set([
  ...['session-id', 'replaces', 'cisco-guid', 'user-to-user', 'p-charging-vector'],
])

/** Reads the INVITE of a call; null where it was not captured. */
export function openingOf(index: CaptureIndex, dialog: Dialog): Opening | null {
  const { dialogs, endpoints, store } = index
  for (const message of dialog.messages.slice(0, mostLookedAt)) {
    const text = decodeText(store.bytes(message))
    if (!text.startsWith('INVITE ')) continue
    const marks: [string, string][] = []
    let [from, to] = ['', '']
    for (const line of text.slice(0, endOfHead(text)).split(/\r?\n/).slice(1)) {
      const colon = line.indexOf(':')
      if (colon <= 0 || colon > 60) continue
      const name = headerKey(line.slice(0, colon).trimEnd())
      const value = line.slice(colon + 1).trim()
      if (name === 'from') from ||= userOf(value)
      else if (name === 'to') to ||= userOf(value)
      else if (
        (name.startsWith('x-') || handedOn.has(name)) &&
        marks.length < mostMarks &&
        value.length <= longestValue
      )
        marks.push([line.slice(0, colon).trimEnd(), value])
    }
    const [source, destination] = [dialogs.source(message), dialogs.destination(message)].map((id) =>
      endpoints.host(id),
    )
    return { dialog, at: dialogs.at(message), source: source!, destination: destination!, from, to, marks }
  }
  return null
}

function endOfHead(text: string): number {
  const end = text.search(/\r?\n\r?\n/)
  return end < 0 ? text.length : end
}

function userOf(value: string): string {
  const uri = parseNameAddr(value)?.uri
  return (uri === undefined ? null : parseUri(uri))?.user ?? ''
}
