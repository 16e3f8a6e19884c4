import { visible } from '../base/text.ts'
import type { LadderSource } from './ladder-columns.ts'
import { wayOf, type Row, type Way } from './ladder-rows.ts'
import { factsOf, isHold } from './message-facts.ts'

/** A row as it is drawn, read aloud, copied and printed. */
export interface Label {
  readonly text: string
  /** What stands behind it, muted: the method that is answered, the session in short. */
  readonly more: string
  readonly way: Way
  /** `fault`: a refusal, or audio that is missing. */
  readonly tone: 'fault' | 'plain'
  readonly problems: readonly string[]
  /** For those who do not see the arrow. */
  readonly spoken: string
  readonly title: string
}

/** Foreign text in it is made visible. */
export function labelOf(row: Row, source: LadderSource): Label {
  const way = wayOf(row, source)
  switch (row.kind) {
    case 'message':
      return messageLabel(row, way)
    case 'media': {
      const { codec, packets, lost, source: from, destination, toPeer } = row.stream
      return {
        text: visible(`RTP ${codec} ${packets.toLocaleString('en')} packet${packets === 1 ? '' : 's'}`),
        more: lost > 0 ? `${lost.toLocaleString('en')} lost` : '',
        way,
        tone: 'plain',
        problems: [],
        spoken: toPeer === null ? 'its way is unknown' : toPeer ? 'to the peer' : 'from the peer',
        title: visible(`${from} → ${destination}`),
      }
    }
    case 'silence':
      return {
        text: visible(row.text),
        more: '',
        way,
        tone: 'fault',
        problems: [],
        spoken: '',
        title: 'Agreed, and not one packet seen',
      }
  }
}

function messageLabel(row: Extract<Row, { kind: 'message' }>, way: Way): Label {
  const { startLine, problems, retransmissionOf } = row.message
  const facts = factsOf(row.message)
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(startLine)
  const refused = response !== null && Number(response[1]) >= 400 && !row.challenge
  const text = response ? `${response[1]} ${response[2]}`.trim() : nameOf(row)
  const more = [
    response ? facts.method : '',
    facts.session?.text ?? '',
    retransmissionOf !== null ? 'again' : '',
    row.repeats > 0 ? `↻ ${row.repeats}` : '',
  ].filter(Boolean)
  return {
    text: visible(text),
    more: visible(more.join(' ')),
    way,
    tone: refused ? 'fault' : 'plain',
    problems: problems.map(visible),
    spoken: visible(
      `${row.from === 0 ? 'sent' : 'received'}${row.repeats > 0 ? `, repeated ${row.repeats} times` : ''}` +
        (problems.length > 0 ? `, ${problems.join(', ')}` : ''),
    ),
    title: [visible(`${text} ${more.join(' ')}`.trim()), ...problems.map(visible)].join('\n'),
  }
}

/** A request by what it does: a re-INVITE is named, and so is the hold that it asks for; an INFO has its digit. */
function nameOf({ message: shown }: Extract<Row, { kind: 'message' }>): string {
  const { method, inDialog, digit, session, message } = factsOf(shown)
  if (message === null) return shown.startLine.split(' ', 1)[0] || '(no SIP)'
  if (method === 'INFO' && digit !== null) return `INFO digit ${digit}`
  if (method === 'INVITE' && inDialog) return session && isHold(session) ? 're-INVITE hold' : 're-INVITE'
  return method
}
