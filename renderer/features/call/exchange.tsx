import { useMemo, useState } from 'react'
import type { Finding, LadderMessage } from '../../../shared/contract/report.ts'
import type { LadderSource } from '../../../shared/shown/ladder-columns.ts'
import type { Place } from '../../state/ui.ts'
import { Split } from '../../ui/split.tsx'
import { Message } from './inspector.tsx'
import { Ladder } from './ladder.tsx'
import './exchange.css'

/** Messages that belong to no call, as a ladder is drawn from them. `direction`: whose they are. */
export const exchangeOf = (
  messages: readonly LadderMessage[],
  direction: LadderSource['direction'],
  droppedMessages = 0,
): LadderSource => ({
  direction,
  messages: [...messages],
  streams: [],
  media: [],
  timeline: {
    startedAt: messages[0]?.at ?? '',
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    endedBy: null,
    endReason: null,
    postDialDelayMs: null,
    setupMs: null,
    answerToFirstRtpMs: null,
    durationMs: null,
  },
  verdict: { kind: 'unknown', missing: null, sentence: '' },
  placed: null,
  droppedMessages,
})

const none: readonly Finding[] = []

/** A ladder of messages that belong to no call, and the one that is looked at. `name`: of files that it is saved as. */
export function Exchange({
  source,
  name,
  n,
  findings = none,
  messagePx = 400,
  onSelect,
}: {
  source: LadderSource
  name: string
  n: number
  findings?: readonly Finding[]
  /** How wide the message is at first. */
  messagePx?: number
  onSelect: (place: Place) => void
}) {
  return (
    <Split
      label="Width of the message"
      axis="x"
      fixed="second"
      size={messagePx}
      least={260}
      most={900}
      rest={300}
      onResize={() => {}}
      first={<Ladder source={source} name={name} live={false} selection={{ kind: 'message', n }} onSelect={onSelect} />}
      second={<Message messages={source.messages} findings={findings} n={n} />}
    />
  )
}

/** What this computer exchanged with somebody, folded away until it is asked for. */
export function OwnExchange({ messages, name }: { messages: readonly LadderMessage[]; name: string }) {
  const [open, setOpen] = useState(false)
  const [n, setN] = useState(0)
  const source = useMemo(() => exchangeOf(messages, 'outbound'), [messages])
  if (messages.length === 0) return null
  return (
    <details className="exchange" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {messages.length === 1 ? '1 message' : `${messages.length} messages`} of {name}
      </summary>
      {open && (
        <div>
          <Exchange
            source={source}
            messagePx={320}
            name={name}
            n={Math.min(n, messages.length - 1)}
            onSelect={(place) => setN(place.n)}
          />
        </div>
      )}
    </details>
  )
}
