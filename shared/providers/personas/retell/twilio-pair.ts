import { inCidr, ipFromBytes, parseCidr } from '../../../base/address.ts'
import { retell } from '../../retell.ts'
import { twilioElastic } from '../../twilio-elastic.ts'
import { difference, type Pair, type PairStep } from '../pair.ts'
import type { Source } from '../../provider.ts'
import type { TwilioTrunk } from '../twilio/config.ts'
import type { ImportedNumber } from './config.ts'

const page: Source = { source: retell.source, asOf: retell.asOf, ...(retell.url !== undefined && { url: retell.url }) }
const trunking: Source = { source: twilioElastic.source, asOf: twilioElastic.asOf }

/** Whether a number that was imported there calls out through a trunk here: neither secret is needed. */
export function pairNumberWithTrunk(number: ImportedNumber, trunk: TwilioTrunk): Pair {
  const steps: PairStep[] = []
  const step = (
    subject: string,
    source: Source,
    arrived: string,
    wanted: string,
    holds: boolean | null,
    next: string,
  ): void => void steps.push({ subject, arrived, wanted, holds, source, next: holds === true ? null : next })
  const { termination_uri: uri = '', phone_number: called } = number
  const differs = difference(uri, trunk.terminationUri)
  const same = uri.toLowerCase() === trunk.terminationUri.toLowerCase() && !/\s/.test(uri)
  const why = differs === null || same ? (/\s/.test(uri) ? ' (without the white space)' : '') : ` (${differs})`
  const next = 'Copy the termination URI of the trunk, without sip: and without a space.'
  step('termination URI', page, uri || 'none', `${trunk.terminationUri}${why}`, same, next)
  const users = trunk.credentialLists.flatMap(({ credentials }) => credentials.map(({ username }) => username))
  const user = number.sip_trunk_auth_username ?? ''
  if (user !== '' || users.length > 0) {
    const list = trunk.credentialLists.find(({ friendlyName }) => friendlyName === user)
    const known = users.includes(user)
    const shown = list && !known ? `${user}, the friendly name of the list` : user || 'none'
    const wanted = users.join(', ') || 'none: the trunk has no credential list'
    step(
      'user',
      page,
      shown,
      wanted,
      known,
      'Enter the user name of the credential: not the friendly name of its list.',
    )
    if (!number.sip_trunk_auth_password)
      step('password', page, 'none', 'that of the user', false, 'Enter the password of the credential.')
    else
      step(
        'password',
        page,
        'given',
        'that of the user, which only the Console knows',
        null,
        'Set both anew if in doubt.',
      )
  }
  const blocks = trunk.ipAccessControlLists.flatMap(({ addresses }) => addresses)
  if (blocks.length > 0)
    for (const { cidr } of retell.addresses ?? []) {
      const held = blocks.some((block) => covers(block, cidr))
      const advice = 'Add the whole block to the IP access control list: its calls come from any address of it.'
      step('IP access control list', page, cidr, blocks.join(', '), held, advice)
    }
  if (users.length + blocks.length === 0) {
    const advice = 'Give the trunk a credential list, or an IP access control list with the ranges of the platform.'
    step('authentication', page, 'none', 'a credential list or addresses', false, advice)
  }
  if (trunk.callerIds) {
    const own = trunk.fromNumber ?? called
    const advice = 'Move the number to the trunk, or verify it as a caller ID.'
    step('caller ID', trunking, own, trunk.callerIds.join(', '), trunk.callerIds.includes(own), advice)
  }
  if (trunk.originationUri !== undefined) {
    const target = `sip:${retell.targets![0]!.address}`
    const given = trunk.originationUri
    const right = given.replace(/;.*/s, '') === target
    const how = right ? null : difference(given, target)
    const wanted = how === null ? target : `${target} (${how})`
    step('origination URI', page, given, wanted, right, `Write ${target}, with ;transport=tcp if you like.`)
  }
  return { halves: [`the number ${called}`, `the trunk ${trunk.terminationUri.trim()}`], steps }
}

/** Whether all of a block lies in another. */
function covers(outer: string, inner: string): boolean {
  const [large, small] = [parseCidr(outer), parseCidr(inner)]
  if (!large || !small || large.prefix > small.prefix) return false
  return inCidr(large, ipFromBytes(small.bytes, 0, small.bytes.length as 4 | 16))
}
