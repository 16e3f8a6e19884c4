import { transportNamed, transports } from '../../../model/transport.ts'
import type { XmlElement } from '../../../base/xml.ts'
import { parseUri, type SipUri } from '../../../wire/sip/grammar.ts'
import { isAt } from '../../index.ts'
import { complete } from '../../complete.ts'
import { liveKit, liveKitMatching } from '../../livekit.ts'
import { difference, isPlaceholder, type Pair, type PairStep } from '../pair.ts'
import type { Source } from '../../provider.ts'
import { twilioVoice } from '../../twilio-voice.ts'
import { encryptionOf, trunkName, type Trunk } from './config.ts'
import { normalized } from './trunk.ts'

/** What says that both sides need the same. */
const quickstart: Source = {
  source: 'LiveKit documentation, Inbound calls with Twilio programmable voice',
  url: 'https://docs.livekit.io/sip/accepting-calls-twilio-voice/',
  asOf: '2025-11-01',
}
const { uriLimits, name: _, ...voice } = twilioVoice
const twiml: Source = { source: voice.source, asOf: voice.asOf }

type Compared = readonly [arrived: string, wanted: string, holds: boolean | null, next: string]

/** Whether a TwiML document dials an inbound trunk as that wants to be dialled. Null: it has no `<Dial><Sip>`. */
export function pairWithTrunk(document: XmlElement, trunk: Trunk): Pair | null {
  const sip = elements(document, 'Dial').flatMap((dial) => elements(dial, 'Sip'))[0]
  if (document.name !== 'Response' || !sip) return null
  const written = sip.children.filter((child) => typeof child === 'string').join('')
  const steps: PairStep[] = []
  const step = (subject: string, source: Source, [arrived, wanted, holds, next]: Compared): void =>
    void steps.push({ subject, arrived, wanted, holds, source, next: holds === true ? null : next })
  step('user', quickstart, sameText(sip.attributes.get('username'), trunk.authUsername, 'username', 'auth_username'))
  step('password', quickstart, sameSecret(sip.attributes.get('password'), trunk.authPassword))
  const inside = written.trim()
  if (/\s/.test(inside)) step('URI', twiml, [inside, 'no white space', false, 'Remove the white space inside the URI.'])
  const uri = parseUri(inside.replace(/\s/g, ''))
  if (!uri) {
    step('URI', twiml, [inside, 'sip:number@host', false, 'Write the URI as sip:number@host.'])
    return pair(trunk, steps)
  }
  for (const one of uriSteps(inside, uri)) step(...one)
  step('number', liveKitMatching, numberOf(uri, trunk))
  step('transport', quickstart, transportStep(uri, trunk))
  for (const one of openQuestions(uri, trunk)) step(...one)
  return pair(trunk, steps)
}

const pair = (trunk: Trunk, steps: readonly PairStep[]): Pair => ({
  halves: ['the TwiML document', trunkName(trunk)],
  steps,
})

const elements = (of: XmlElement, name: string): XmlElement[] =>
  of.children.filter((child): child is XmlElement => typeof child !== 'string' && child.name === name)

function sameText(given: string | undefined, wanted: string, attribute: string, field: string): Compared {
  if (given === undefined)
    return wanted === ''
      ? ['none', 'none', true, '']
      : ['none', wanted, false, `Add ${attribute}="…" with the ${field} of the trunk to <Sip>.`]
  if (isPlaceholder(given)) return [given, wanted, false, `Replace the placeholder in ${attribute} by a name of yours.`]
  const differs = difference(given, wanted)
  const how = differs === null ? '' : ` (${differs})`
  return [given, `${wanted}${how}`, differs === null, `Write the same into ${attribute} and ${field}.`]
}

function sameSecret(given: string | undefined, wanted: string): Compared {
  const differs = difference(given ?? '', wanted)
  if (differs === null) return given ? ['given', 'the same', true, ''] : ['none', 'none', true, '']
  const next = 'Write the same into password of <Sip> and auth_password of the trunk: copy one from the other.'
  return [given ? 'given' : 'none', differs, false, next]
}

type Named = readonly [string, Source, Compared]

function* uriSteps(written: string, uri: SipUri): Generator<Named> {
  const [before = ''] = written.split('?', 1)
  const most = uriLimits!.uri
  if (before.length > most)
    yield ['URI', twiml, [`${before.length} characters`, `at most ${most}`, false, 'Shorten the URI.']]
  if ((uri.headers ?? '').length > uriLimits!.headers) {
    const arrived = `${uri.headers!.length} characters`
    yield ['headers', twiml, [arrived, `at most ${uriLimits!.headers}`, false, 'Shorten the headers after ?.']]
  }
  const at = isPlaceholder(uri.host) ? null : isAt(complete(liveKit), uri.host)
  const next = 'Write the SIP endpoint of the project, from its settings: without sip: and without a space.'
  yield ['host', quickstart, [uri.host, 'your-project.sip.livekit.cloud', at || null, next]]
}

function numberOf({ user }: SipUri, { numbers }: Trunk): Compared {
  const dialled = user ?? ''
  if (dialled === '') return ['none', 'a number', false, 'Write the number before the @ of the URI.']
  const wanted = numbers.length === 0 ? 'any' : numbers.join(', ')
  const holds = numbers.length === 0 || numbers.some((number) => normalized(number) === normalized(dialled))
  const near = holds ? null : numbers.map((number) => difference(normalized(dialled), normalized(number))!)[0]!
  const next = 'Dial a number of the trunk, or add this one to its numbers.'
  return [dialled, near === null ? wanted : `${wanted} (${near})`, holds, next]
}

function transportStep(uri: SipUri, trunk: Trunk): Compared {
  const parameter = uri.params.get('transport')
  const transport = parameter === undefined ? 'udp' : transportNamed(parameter)
  const taken = (twilioVoice.transports ?? []).some(({ name }) => name === transport)
  if (transport === undefined || !taken)
    return [parameter!, 'udp, tcp or tls', false, 'Write ;transport=udp, ;transport=tcp or ;transport=tls.']
  const encrypted = encryptionOf(trunk) === 'SIP_MEDIA_ENCRYPT_REQUIRE'
  const said = `${transport}${parameter === undefined ? ', the default' : ''}`
  if (encrypted && !transports[transport].secure)
    return [said, 'tls: the trunk requires encrypted media', false, 'Add ;transport=tls to the URI, with port 5061.']
  if (transport === 'tls' && uri.port === 5060)
    return [`${said} at port 5060`, 'port 5061', false, 'Leave the port out, or write 5061.']
  return [said, encrypted ? 'tls' : 'any', true, '']
}

/** What the two do not say. */
function* openQuestions({ headers }: SipUri, trunk: Trunk): Generator<Named> {
  const sent = new Set(
    (headers ?? '')
      .split('&')
      .filter((part) => part !== '')
      .map((part) => part.split('=', 1)[0]!.toLowerCase()),
  )
  for (const [name, attribute] of Object.entries(trunk.headersToAttributes)) {
    if (sent.has(name.toLowerCase()) || name.toLowerCase().startsWith('x-twilio-')) continue
    const next = `Append ?${name}=… to the URI, if ${attribute} is to come from here.`
    yield [`header ${name}`, liveKitMatching, ['not sent', `becomes ${attribute}`, null, next]]
  }
  if (trunk.allowedAddresses.length > 0) {
    const next = 'Check that the list has the addresses that the calls of the region come from.'
    yield ['addresses', liveKitMatching, ['not known', trunk.allowedAddresses.join(', '), null, next]]
  }
  if (trunk.allowedNumbers.length > 0) {
    const next = 'Check that the callers are in the list: From is the number that called.'
    yield ['callers', liveKitMatching, ['whoever calls', trunk.allowedNumbers.join(', '), null, next]]
  }
}
