import { isIp, isPrivate } from '../../../../shared/base/address.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import { messageIds, parseUri, uriOf, type SipUri } from '../../../../shared/wire/sip/grammar.ts'
import { headerList } from '../../../../shared/wire/sip/message.ts'
import { elide, visible } from '../../../../shared/base/text.ts'
import { requestsOf, responsesTo, senderOf, type RequestFact } from '../messages.ts'
import { statusText, type Found, type Rule } from '../rule.ts'

/** More than a call has. */
const mostByes = 10

/** The end of the call went to somebody who does not know it, and what is wrong with where it went can be read. */
export const byeAstray: Rule = {
  id: 'bye-astray',
  severities: ['fault', 'warning'],
  looksAt: 'a BYE that was refused with 481: its tags and its request line, against the dialog and its Contacts',
  speaks:
    'nobody in the call gave a tag that it names, or it goes to another place than the Contact that its sender got',
  silent: 'both are right, or a proxy stays on the way: then the other side has lost the call (bye-unanswered)',
  silences: ['bye-unanswered', 'audio-stops', 'bye-reason'],
  evaluate(facts) {
    return requestsOf(facts, 'BYE')
      .slice(0, mostByes)
      .flatMap((bye): Found[] => {
        const refused = responsesTo(facts, bye).find(({ message: { status } }) => status === 481)
        if (!refused) return []
        const why = [strangeTag(facts, bye), strangePlace(facts, bye)].filter((text) => text !== null)
        if (why.length === 0) return []
        return [
          {
            // Whoever refused it goes on with the call.
            severity: facts.bye?.n === bye.n ? 'warning' : 'fault',
            at: refused.event.at,
            evidence: [facts.final, bye, refused],
            sentence:
              `The BYE of ${senderOf(facts, bye)} was refused with ${statusText(refused)}: ${why.join(', and ')}. ` +
              'The call ended on one side only.',
            next:
              `Show it to whoever runs ${senderOf(facts, bye)}: BYE goes to the Contact of the 200 OK, or of ` +
              'the INVITE, by the Record-Routes of the call and with both of its tags (RFC 3261 12.2.1.1).',
          },
        ]
      })
  },
}

/** A tag that nobody gave before: that of another branch of a fork is none. */
function strangeTag({ final, messages }: CallFacts, bye: RequestFact): string | null {
  if (!final) return null
  const ids = messageIds(bye.message)
  const isKnown = (tag: string) =>
    messages.some(({ n, message }) => {
      const other = n < bye.n && message ? messageIds(message) : null
      return other !== null && (other.fromTag === tag || other.toTag === tag)
    })
  const isTagged = final.message !== null && messageIds(final.message).toTag !== null
  const strange = [ids.fromTag, ids.toTag].find((tag) => (tag === null ? isTagged : !isKnown(tag)))
  if (strange === undefined) return null
  return strange === null ? 'it lacks a tag' : `nobody in the call has the tag ${named(strange)} that it names`
}

/**
 * Another place than the Contact that its sender got: where no proxy stays on the way, no later offer named another
 * one, and its sender had no reason to take a public address for a private one.
 */
function strangePlace({ final, invite, messages }: CallFacts, bye: RequestFact): string | null {
  const told = final?.fromUs === bye.fromUs ? invite : final
  if (!told?.message || told.event.destination.host !== bye.event.source.host) return null
  const contact = headerList(told.message, 'contact').map(uriOf)[0]
  const [wanted, went] = [parseUri(contact ?? ''), parseUri(bye.message.uri)]
  if (!contact || !wanted || !went || headerList(told.message, 'record-route').length > 0) return null
  const others = messages.flatMap(({ n, fromUs, message }) =>
    n < bye.n && fromUs !== bye.fromUs && message ? headerList(message, 'contact').map(uriOf) : [],
  )
  if (others.some((uri) => isPlaceOf(parseUri(uri ?? ''), went))) return null
  if (wanted.host.toLowerCase() !== went.host.toLowerCase() && isPrivate(wanted.host)) return null
  return `it goes to ${named(bye.message.uri)} where the Contact was ${named(contact)}`
}

const usualPorts = [null, 5060, 5061]

/** The same host, and no other port: where one has none, it is the usual one, or DNS says it (RFC 3263 4.2). */
function isPlaceOf(contact: SipUri | null, went: SipUri): boolean {
  if (contact?.host.toLowerCase() !== went.host.toLowerCase()) return false
  const [one, other] = [contact.port, went.port]
  if (one === other) return true
  return isIp(went.host) ? usualPorts.includes(one) && usualPorts.includes(other) : one === null || other === null
}

const named = (text: string) => elide(visible(text), 120)
