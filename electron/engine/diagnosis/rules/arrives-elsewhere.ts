import { isPrivate, parseAddress } from '../../../../shared/base/address.ts'
import { isNamed, judge } from '../directions.ts'
import { lacksHalves } from '../messages.ts'
import { packetsIn } from '../periods.ts'
import { observed, type Rule } from '../rule.ts'

const fewest = 10

/**
 * RTP comes from another address than the session description names: NAT on the peer's side, or a media server that
 * moved.
 */
export const arrivesElsewhere: Rule = {
  id: 'arrives-elsewhere',
  severities: ['warning'],
  looksAt: 'where the RTP of the peer comes from, and every address that its session descriptions name',
  speaks:
    'ten packets and more come from an address that none of them names, after its own side named where they go to',
  silent:
    'the address is one of ICE, of another branch of a forked call, or the private host that the peer ' +
    'signals from with the port that it announced at a public address (a NAT behind the capture point); or a ' +
    'capture lacks a message that may have named it',
  needs: 'streams',
  evaluate(facts) {
    const judgement = judge(facts)
    const { agreed } = judgement?.fromPeer ?? {}
    // Who is on hold, or gives a name, names no address that could be compared.
    if (!judgement || !agreed || agreed.toPeer.to === null || isNamed(agreed.toPeer.to)) return []
    const theirs = facts.announced.filter(({ byUs }) => !byUs)
    const named = new Set(theirs.map(({ address }) => address))
    // A NAT beyond the capture point: it will turn the private address that is seen here into the public one.
    const mapped = new Set(
      theirs.flatMap(({ address: text, signalling }) => {
        const address = parseAddress(text)
        return address && isPrivate(signalling) && !isPrivate(address.host) ? [`${signalling} ${address.port}`] : []
      }),
    )
    const isStrange = (source: string) => {
      const address = parseAddress(source)
      return !named.has(source) && !(address && mapped.has(`${address.host} ${address.port}`))
    }
    // What went there before is of another call: that of the server that media passed until a re-INVITE.
    const namedSince = (destination: string) =>
      Math.min(...facts.announced.filter(({ byUs, address }) => byUs && address === destination).map((x) => x.since))
    const strange = judgement.fromPeer.streams.filter((stream) => {
      const since = namedSince(stream.destination)
      return isStrange(stream.source) && packetsIn(stream, since === Infinity ? 0 : since, Infinity) >= fewest
    })
    if (strange.length === 0 || lacksHalves(facts)) return []
    const latched = observed(facts, 'latched')
    return [
      {
        severity: 'warning',
        at: strange[0]!.firstAt,
        evidence: [...strange, facts.messages[agreed.answerMessage], ...latched],
        sentence:
          `RTP comes from ${[...new Set(strange.map(({ source }) => source))].join(', ')}, not from ` +
          `${agreed.remote} as the session description says${latched.length > 0 ? '; audio is sent there now' : ''}.`,
        next:
          'A side that sends only to the address of the session description will not be heard: the peer ' +
          'should announce the address that it sends from.',
      },
    ]
  },
}
