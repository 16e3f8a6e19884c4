import type { Proof } from '../../../shared/contract/proof.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { parseSdp } from '../../../shared/wire/sdp/sdp.ts'
import { parseNameAddr } from '../../../shared/wire/sip/grammar.ts'
import { outcomeWords } from './judge.ts'

/** Headers that no two calls have alike, or that follow from what else differs. */
const ownOfEach = new Set([
  'via',
  'from',
  'to',
  'contact',
  'call-id',
  'cseq',
  'content-length',
  'authorization',
  'proxy-authorization',
])

type Sides = readonly [what: string, before: string, after: string]

/** What two calls differ in: first what was asked, then what came of it. */
export function differences(before: CallReport, changed: CallReport): Proof['differed'] {
  const asked = [before, changed].map(askedOf)
  const names = new Set(asked.flatMap((one) => [...one.keys()]))
  const sides: Sides[] = [...names].map((what) => [what, asked[0]!.get(what) ?? 'none', asked[1]!.get(what) ?? 'none'])
  const rules = ({ findings }: CallReport) => findings.map(({ rule }) => rule).join(', ') || 'none'
  sides.push(['outcome', outcomeWords(before), outcomeWords(changed)], ['findings', rules(before), rules(changed)])
  return sides
    .filter(([, one, other]) => one !== other)
    .map(([what, one, other]) => ({ what, before: one, changed: other }))
}

/** What the INVITE of a call says, by the names of the settings that stand behind it. */
function askedOf(report: CallReport): Map<string, string> {
  const [first] = report.messages
  const asked = new Map<string, string>()
  if (report.transport) asked.set('transport', report.transport)
  if (first) asked.set('destination', first.destination)
  if (first) asked.set('local address', first.source.replace(/:\d+$/, ''))
  asked.set('request URI', report.requestUri)
  const from = report.headers.sent.find(({ name }) => name.toLowerCase() === 'from')
  asked.set('caller ID', parseNameAddr(from?.value ?? '')?.uri ?? report.from)
  const invites = report.messages.filter(({ startLine }) => startLine.startsWith('INVITE '))
  const answersDigest = invites.some(({ raw }) => /^(?:proxy-)?authorization:/im.test(raw))
  asked.set('digest credentials', answersDigest ? 'sent' : 'not sent')
  const offer = offerOf(first?.raw ?? '')
  if (offer) for (const [what, value] of offer) asked.set(what, value)
  for (const { name, value } of report.headers.sent)
    if (!ownOfEach.has(name.toLowerCase())) asked.set(`header ${name}`, value)
  return asked
}

function offerOf(raw: string): Map<string, string> | null {
  const session = parseSdp(raw.slice(raw.indexOf('\r\n\r\n') + 4))
  const audio = typeof session === 'string' ? [] : session.media.filter(({ kind }) => kind === 'audio')
  if (audio.length === 0) return null
  return new Map([
    ['codecs', audio.map(({ formats }) => formats.map(({ codec }) => codec).join(', ')).join('; ')],
    ['media profile', audio.map(({ protocol }) => protocol).join('; ')],
    ['keys offered', audio.some(({ crypto }) => crypto.length > 0) ? 'yes' : 'no'],
    ['packet time', audio.map(({ ptimeMs }) => (ptimeMs === null ? 'usual' : `${ptimeMs} ms`)).join('; ')],
  ])
}
