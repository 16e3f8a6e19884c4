import { useEffect, useState } from 'react'
import { visible } from '../../../shared/base/text.ts'
import type { CaptureList } from '../../../shared/contract/captures.ts'
import type { DialogReport, Finding, RegistrationReport, Stream } from '../../../shared/contract/report.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { look, useUi } from '../../state/ui.ts'
import { Fault, Foreign, Icon } from '../../ui/controls.tsx'
import { Loading } from '../../ui/loading.tsx'
import { party } from '../../../shared/shown/format.ts'
import type { LadderSource } from '../../../shared/shown/ladder-columns.ts'
import { Exchange, exchangeOf } from './exchange.tsx'
import { Figures } from './media-details.tsx'
import { Findings } from './verdict.tsx'
import './call.css'
import './head.css'
import './verdict.css'

type Item =
  | { readonly kind: 'registration'; readonly report: RegistrationReport }
  | { readonly kind: 'dialog'; readonly report: DialogReport }
  | { readonly kind: 'stream'; readonly stream: Stream }

interface ItemId {
  readonly capture: string
  readonly kind: Item['kind']
  readonly n: number
}

const lists: { readonly [Kind in Item['kind']]: CaptureList } = {
  registration: 'registrations',
  dialog: 'dialogs',
  stream: 'unmatchedStreams',
}

/** Number `n` of its kind in a capture. Rejects with a CommandFault, and where there is none. */
async function fetchItem(capture: string, kind: Item['kind'], n: number): Promise<Item> {
  const { text } = await execute('capture.page', { id: capture, of: lists[kind], offset: n })
  const [found] = JSON.parse(`[${text}]`) as unknown[]
  if (found === undefined) throw new Error(`the capture has no ${kind} ${n + 1}`)
  return (kind === 'stream' ? { kind, stream: found } : { kind, report: found }) as Item
}

/** What of a capture is no call and has an id of its own: `CAPTURE.registration.3`. */
export function itemOf(id: string): ItemId | null {
  const found = /^([\w-]{1,64})\.(registration|dialog|stream)\.(\d{1,7})$/.exec(id)
  return found ? { capture: found[1]!, kind: found[2] as Item['kind'], n: Number(found[3]) } : null
}

/** A registration, another dialog, or a stream of no known call, of an open capture. */
export function CapturedItem({ capture, kind, n }: ItemId) {
  const [item, setItem] = useState<Item | { readonly fault: string } | null>(null)
  const connection = useEngine((state) => state.connection)
  // What is drawn while the capture is read is not judged yet.
  const read = useEngine((state) => state.captures.get(capture)?.reading === null)
  useEffect(() => {
    if (connection !== 'open') return
    let current = true
    fetchItem(capture, kind, n).then(
      (found) => current && setItem(found),
      (error: Error) => current && setItem({ fault: error.message }),
    )
    return () => void (current = false)
  }, [capture, kind, n, connection, read])
  if (!item) return <Loading what={kind === 'stream' ? 'the stream' : 'its messages'} />
  if ('fault' in item)
    return (
      <div className="page">
        <Fault text={item.fault} />
      </div>
    )
  if (item.kind === 'stream') return <OrphanStream stream={item.stream} />
  const { title, words, status, messages, droppedMessages, findings } = partsOf(item)
  const bad = status !== null && status.code >= 300
  return (
    <div className="call">
      <header className="call-head">
        <div className="call-which">
          <h2 className="mono">
            <Icon name="seen" /> <Foreign text={title} />
          </h2>
          <p className="muted">{words}</p>
        </div>
      </header>
      <section className={`verdict ${bad ? 'fault' : ''}`} aria-label="Verdict">
        <p className="verdict-line">
          <b className={`verdict-label tone-${status === null ? 'unknown' : bad ? 'fault' : 'ok'}`}>
            <Icon name={status === null ? 'unknown' : bad ? 'fault' : 'ok'} />{' '}
            {status === null ? 'no answer seen' : bad ? 'refused' : 'accepted'}
          </b>
          <span>
            {status === null ? (
              'The capture holds no final response: what came of it is unknown.'
            ) : (
              <Foreign text={`${status.code} ${status.reason}`} />
            )}
          </span>
        </p>
        <Findings findings={findings} placed={null} chosen={null} onEvidence={look} />
      </section>
      <div className="call-panes">
        <Messages
          source={exchangeOf(messages, 'observed', droppedMessages)}
          status={status?.code ?? null}
          findings={findings}
          name={`${kind}-${n + 1}`}
        />
      </div>
    </div>
  )
}

function partsOf(item: Exclude<Item, { kind: 'stream' }>) {
  const { messages, droppedMessages, status } = item.report
  const first = messages[0]
  return item.kind === 'registration'
    ? {
        title: `REGISTER ${party(item.report.address)}`,
        words: visible(`at ${party(item.report.registrar)}${first ? `, ${first.transport.toUpperCase()}` : ''}`),
        status,
        messages,
        droppedMessages,
        findings: item.report.findings,
      }
    : {
        title: `${item.report.method} ${party(item.report.to)}`,
        words: visible(`from ${item.report.from}${first ? `, ${first.transport.toUpperCase()}` : ''}`),
        status,
        messages,
        droppedMessages,
        findings: [],
      }
}

function Messages({
  source,
  status,
  findings,
  name,
}: {
  source: LadderSource
  status: number | null
  findings: readonly Finding[]
  name: string
}) {
  const place = useUi((state) => state.place)
  const refused =
    status !== null && status >= 300
      ? source.messages.findLastIndex(({ startLine }) => startLine.startsWith(`SIP/2.0 ${status} `))
      : 0
  const n = place?.kind === 'message' && place.n < source.messages.length ? place.n : Math.max(0, refused)
  if (source.messages.length === 0)
    return <p className="call-none muted">Its messages are not kept: the capture has too many beside its calls.</p>
  return <Exchange source={source} name={name} n={n} findings={findings} onSelect={look} />
}

function OrphanStream({ stream }: { stream: Extract<Item, { kind: 'stream' }>['stream'] }) {
  return (
    <div className="call">
      <header className="call-head">
        <div className="call-which">
          <h2 className="mono">
            <Foreign text={stream.source} /> → <Foreign text={stream.destination} />
          </h2>
          <p className="muted">A stream that no session description of this capture names: whose it is, is unknown.</p>
        </div>
      </header>
      <div className="call-stream" tabIndex={0} role="group" aria-label="Figures of the stream">
        <Figures
          flows={[{ n: 0, stream, direction: null, samples: [] }]}
          around={{ live: false, holds: [], startedAt: null }}
          selected={null}
        />
      </div>
    </div>
  )
}
