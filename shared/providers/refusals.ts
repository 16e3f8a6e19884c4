import { header, type SipResponse } from '../wire/sip/message.ts'
import { providers } from './index.ts'
import type { Provider, ProviderRefusal, RefusalTime } from './provider.ts'

/** What a refusal says in the words of a provider. */
export interface SaidRefusal {
  readonly provider: Provider
  /** Null for a code that is not known of the provider. */
  readonly refusal: ProviderRefusal | null
  /** What was read: a header and its value, a code, a phrase. */
  readonly words: string
  /** False where only the words resemble the provider’s, and nothing else says that it is this one. */
  readonly certain: boolean
}

/** Of a call that was refused: who the other side is by anything but its words, and how far the call was. */
export interface Refused {
  readonly response: SipResponse
  readonly peers: readonly Provider[]
  readonly times: ReadonlySet<RefusalTime>
}

/** What the words of a provider are worth: certain, likely, or nothing. */
function worth({ peers }: Refused, provider: Provider, alone: ProviderRefusal['alone']): 'certain' | 'likely' | null {
  if (peers.includes(provider)) return 'certain'
  if (peers.length > 0) return alone === 'proof' ? 'likely' : null
  return alone === 'proof' ? 'certain' : alone === 'hint' ? 'likely' : null
}

const inTime = ({ times }: Refused, { when }: ProviderRefusal) => when === undefined || times.has(when)

/** The first that is certain, else the first. */
const best = (said: readonly SaidRefusal[]): SaidRefusal | null =>
  said.find(({ certain }) => certain) ?? said[0] ?? null

/** By a header of the provider’s own, whose name says whose it is. */
export function codeInHeader(refused: Refused): SaidRefusal | null {
  return best(
    providers().flatMap((provider): SaidRefusal[] => {
      const own = provider.refusals.filter((refusal) => refusal.header !== undefined)
      return [...new Set(own.map((refusal) => refusal.header!.toLowerCase()))].flatMap((name): SaidRefusal[] => {
        const value = header(refused.response, name)?.trim()
        const listed = own.filter((refusal) => refusal.header!.toLowerCase() === name)
        const proof = listed.some(({ alone }) => alone === 'proof')
        if (!value || (!proof && !refused.peers.includes(provider))) return []
        const code = /^[A-Za-z0-9._-]+/.exec(value)?.[0]
        const refusal = listed.find((one) => one.code === code && inTime(refused, one)) ?? null
        return [{ provider, refusal, words: `${listed[0]!.header} ${value}`, certain: true }]
      })
    }),
  )
}

const isToken = (text: string) => text !== ''
/** Words of a phrase that are looked at, from either end: more than one has. */
const mostRead = 50

/** By a code of the provider’s own in the reason phrase. */
export function codeInPhrase(refused: Refused): SaidRefusal | null {
  const { status, reason } = refused.response
  const all = reason.split(/[^A-Za-z0-9._-]+/).filter(isToken)
  if (all.length === 0) return null
  const tokens = [...new Set([...all.slice(0, mostRead), ...all.slice(-mostRead)])]
  const ends = new Set([all[0], all.at(-1)])
  return best(
    providers().flatMap((provider): SaidRefusal[] => {
      const own = provider.refusals.filter((refusal) => refusal.code !== undefined && refusal.header === undefined)
      if (own.length === 0) return []
      const identified = refused.peers.includes(provider)
      const said = tokens.flatMap((token): SaidRefusal[] => {
        const refusal = own.find((one) => one.code === token && inTime(refused, one))
        // In the midst of a sentence, or with another status, it may be anything.
        if (!refusal || (!identified && !(ends.has(token) && (refusal.status ?? status) === status))) return []
        const value = worth(refused, provider, refusal.alone)
        return value ? [{ provider, refusal, words: token, certain: value === 'certain' }] : []
      })
      const known = best(said)
      const other = identified && !known ? tokens.find((token) => isOfForm(token, own)) : undefined
      return known ? [known] : other ? [{ provider, refusal: null, words: other, certain: true }] : []
    }),
  )
}

/** Whether a token is written as the codes are: the same letters, then digits. */
function isOfForm(token: string, refusals: readonly ProviderRefusal[]): boolean {
  return refusals.some(({ code }) => {
    const letters = code!.replace(/\d+$/, '')
    return (
      letters !== code && letters !== '' && token.startsWith(letters) && /^\d{1,4}$/.test(token.slice(letters.length))
    )
  })
}

/** By the reason phrase; the longest of those that it holds. */
export function phraseSaid(refused: Refused): SaidRefusal | null {
  const { status, reason } = refused.response
  const said = reason.trim().toLowerCase()
  return best(
    providers().flatMap((provider): SaidRefusal[] => {
      const [refusal] = provider.refusals
        .filter((one) => one.code === undefined && (one.status ?? status) === status && inTime(refused, one))
        .filter(
          ({ phrase }) => phrase === undefined || (phrase === '' ? said === '' : said.includes(phrase.toLowerCase())),
        )
        .toSorted((a, b) => (b.phrase?.length ?? 0) - (a.phrase?.length ?? 0))
      const value = refusal && worth(refused, provider, refusal.alone)
      if (!refusal || !value) return []
      const words = said === '' ? `${status} without a reason phrase` : `${status} ${reason.trim()}`
      return [{ provider, refusal, words, certain: value === 'certain' }]
    }),
  )
}
