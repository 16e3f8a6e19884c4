import { millisecondsOf } from '../base/time.ts'

/**
 * What a side does wrong on purpose to the RTP that it sends, so that it is seen how the other side takes it. Times
 * count from the first packet interval in which something could have been sent.
 */
export type Impairment =
  | { readonly kind: 'loss' | 'reorder' | 'duplicate'; readonly percent: number }
  | { readonly kind: 'burst'; readonly percent: number; readonly packets: number }
  | { readonly kind: 'delay' | 'jitter' | 'late' | 'ssrc' | 'ssrc-jump'; readonly ms: number }
  /** `toMs` null: to the end. */
  | { readonly kind: 'mute'; readonly fromMs: number; readonly toMs: number | null }
  | { readonly kind: 'payload-type'; readonly payloadType: number }
  | { readonly kind: 'wait-for-peer' | 'dtmf-no-marker' | 'dtmf-one-end' }

type Kind = Impairment['kind']
type Of<Name extends Kind, One = Impairment> = One extends { readonly kind: infer Its }
  ? Name extends Its
    ? One
    : never
  : never

const longestPathMs = 5000
const longestMs = 86_400_000
const longestBurst = 500

interface Form {
  /** How one is written. */
  readonly example: string
  /** What comes of it; a clause. */
  readonly title: string
  /** From what stands behind the name; null where that cannot be. */
  read(value: string): Impairment | null
}

const share = (kind: 'loss' | 'reorder' | 'duplicate', title: string): Form => ({
  example: `${kind}=5%`,
  title,
  read: (value) => {
    const percent = percentOf(value)
    return percent === null ? null : { kind, percent }
  },
})

const time = (kind: Of<'delay'>['kind'], example: string, title: string, mostMs: number): Form => ({
  example: `${kind}=${example}`,
  title,
  read: (value) => {
    const ms = msOf(value, mostMs)
    return ms === null ? null : { kind, ms }
  },
})

const bare = (kind: Of<'dtmf-one-end'>['kind'], title: string): Form => ({
  example: kind,
  title,
  read: (value) => (value === '' ? { kind } : null),
})

const forms: Readonly<Record<Kind, Form>> = {
  'loss': share('loss', 'each packet is lost with that chance'),
  'burst': {
    example: 'burst=5%x4',
    title: 'that share of the packets is lost, so many in a row',
    read: (value) => {
      const [, percentage = '', row = ''] = /^([^x]{1,12})x(\d{1,3})$/.exec(value) ?? []
      const [percent, packets] = [percentOf(percentage), Number(row)]
      return percent === null || packets < 1 || packets > longestBurst ? null : { kind: 'burst', percent, packets }
    },
  },
  'delay': time('delay', '80ms', 'all packets, reports too, leave so much later', longestPathMs),
  'jitter': time('jitter', '30ms', 'the delay varies by so much to either side; packets stay in order', longestPathMs),
  'reorder': share('reorder', 'that share of the packets leaves behind the one that follows'),
  'duplicate': share('duplicate', 'that share of the packets leaves twice'),
  'mute': {
    example: 'mute=2s-5s',
    title: 'nothing is sent from then until then (mute=2s: to the end); sequence numbers go on after it',
    read: (value) => {
      const [from = '', to, more] = value.split('-')
      const [fromMs, toMs] = [msOf(from, longestMs), to === undefined ? null : msOf(to, longestMs)]
      if (fromMs === null || more !== undefined || (to !== undefined && (toMs === null || toMs <= fromMs))) return null
      return { kind: 'mute', fromMs, toMs }
    },
  },
  'late': time('late', '2s', 'nothing is sent before that', longestMs),
  'wait-for-peer': bare('wait-for-peer', 'nothing is sent before RTP of the peer has come'),
  'payload-type': {
    example: 'payload-type=96',
    title: 'audio has that payload type, whatever was agreed (0 to 63, 96 to 127)',
    read: (value) => {
      const payloadType = /^\d{1,3}$/.test(value) ? Number(value) : 128
      // Those between cannot be told from RTCP (RFC 5761 4).
      return payloadType > 127 || (payloadType > 63 && payloadType < 96) ? null : { kind: 'payload-type', payloadType }
    },
  },
  'ssrc': time('ssrc', '3s', 'the SSRC is another one from then on; sequence numbers and timestamps go on', longestMs),
  'ssrc-jump': time('ssrc-jump', '3s', 'the same, and sequence numbers and timestamps begin anew', longestMs),
  'dtmf-no-marker': bare('dtmf-no-marker', 'telephone events begin without the marker bit'),
  'dtmf-one-end': bare('dtmf-one-end', 'the end of a telephone event is sent once instead of three times'),
}

/** How each is written, and what comes of it. */
export const impairmentForms: readonly Pick<Form, 'example' | 'title'>[] = Object.values(forms)

/** The most in one list: one of each. */
export const mostImpairments = impairmentForms.length

/** What a text like `loss=5%` asks for, or why it asks for nothing: a sentence. */
export function readImpairment(text: string): Impairment | string {
  const [name = '', ...rest] = text.split('=')
  const form = Object.hasOwn(forms, name) ? forms[name as Kind] : null
  const named = text.slice(0, 60)
  if (!form) return `"${named}" is no impairment: choose from ${Object.keys(forms).join(', ')}.`
  return form.read(rest.join('=')) ?? `"${named}" cannot be read: write it like ${form.example} (${form.title}).`
}

/** What a list asks for, or the first sentence why it cannot be. */
export function readImpairments(texts: readonly string[]): readonly Impairment[] | string {
  const all: Impairment[] = []
  for (const text of texts) {
    const one = readImpairment(text)
    if (typeof one === 'string') return one
    if (all.some(({ kind }) => kind === one.kind)) return `${one.kind} stands twice: leave one of them out.`
    all.push(one)
  }
  return all
}

/** The one of a kind; null where there is none. */
export function impairmentOf<Name extends Kind>(all: readonly Impairment[], kind: Name): Of<Name> | null {
  return (all.find((one) => one.kind === kind) as Of<Name> | undefined) ?? null
}

/** What comes of one, for a person: `loss=5%: each packet is lost with that chance`. */
export function impairmentWords(text: string): string {
  const one = readImpairment(text)
  return typeof one === 'string' ? text : `${text}: ${forms[one.kind].title}`
}

/** Above 0, at most 100. */
function percentOf(text: string): number | null {
  const percent = /^\d{1,3}(?:\.\d{1,3})?%$/.test(text) ? Number(text.slice(0, -1)) : 0
  return percent > 0 && percent <= 100 ? percent : null
}

/** With its unit, and above 0. */
function msOf(text: string, mostMs: number): number | null {
  const ms = text.endsWith('s') ? millisecondsOf(text) : null
  return ms !== null && ms > 0 && ms <= mostMs ? ms : null
}
