import type { Change } from '../../../shared/contract/change.ts'
import type { Parsed, Trunk } from '../../../shared/contract/commands.ts'
import { usualCodecs, usualPtimeMs } from '../../../shared/model/codecs.ts'
import { anyLocalAddress } from '../../../shared/model/local-address.ts'
import { escapeUser, parseUri } from '../../../shared/wire/sip/grammar.ts'
import { headerKey } from '../../../shared/wire/sip/message.ts'
import { usage } from '../base/errors.ts'

/** How a call is asked for, with its credentials. */
export type CallArgs = Parsed<'call.place'>

/** What of the trunk stands where a call names nothing else. */
export type TrunkDefaults = Pick<Trunk, 'transport' | 'encryption' | 'codecs' | 'headers' | 'from' | 'user'>

/**
 * The same call with that one thing changed, all else as it was. Throws RingbackError (usage) where the call is so
 * already, or cannot be.
 */
export function changedCall(args: CallArgs, trunk: TrunkDefaults | null, change: Change): CallArgs {
  const same = (what: string) => usage(`${what} in that call already: choose another change`, { code: 'choose-change' })
  switch (change.what) {
    case 'transport': {
      const named = parseUri(args.uri)?.params.get('transport')?.toLowerCase()
      const used = args.transport ?? (args.proxy === undefined ? trunk?.transport : undefined) ?? named ?? 'udp'
      if (used === change.to) throw same(`the transport is ${change.to}`)
      return { ...args, transport: change.to, uri: args.uri.replace(/;transport=[^;?>]*/i, `;transport=${change.to}`) }
    }
    case 'encryption':
      if ((args.encryption ?? trunk?.encryption ?? 'disabled') === change.to)
        throw same(`media encryption is ${change.to}`)
      return { ...args, encryption: change.to }
    case 'codecs':
      if ((args.codecs ?? trunk?.codecs ?? usualCodecs()).join() === change.to.join())
        throw same(`${change.to.join(', ')} are the codecs`)
      return { ...args, codecs: change.to }
    case 'number':
      return { ...args, uri: withUser(args.uri, change.to) }
    case 'headers': {
      const stay = new Set(change.to.map(headerKey))
      const gone = (headers: CallArgs['headers']) => headers.filter(({ name }) => !stay.has(headerKey(name)))
      const ofTrunk = gone(trunk?.headers ?? []).map(({ name }) => name)
      if (ofTrunk.length + gone(args.headers).length === 0) throw same('no other header was added')
      return {
        ...args,
        headers: args.headers.filter(({ name }) => stay.has(headerKey(name))),
        withoutHeaders: [...(args.withoutHeaders ?? []), ...ofTrunk],
      }
    }
    case 'digest':
      if (change.to === 'off' && (args.digest === false || (args.user ?? trunk?.user) === undefined))
        throw same('no credentials are given')
      return { ...args, digest: change.to === 'on' }
    case 'caller-id':
      if ((args.from ?? trunk?.from) === change.to) throw same(`the caller ID is ${change.to}`)
      return { ...args, from: change.to }
    case 'local-address':
      if ((args.localAddress ?? anyLocalAddress) === change.to) throw same(`${localWords(change.to)} is chosen`)
      return { ...args, localAddress: change.to }
    case 'ptime':
      if ((args.ptimeMs ?? usualPtimeMs) === change.to) throw same(`the packet time is ${change.to} ms`)
      return { ...args, ptimeMs: change.to }
  }
}

/** The URI with that user part; `+` alone adds one to the number, or takes it away. */
function withUser(uri: string, to: string): string {
  const [, scheme = '', old = '', rest = ''] = /^(sips?:)([^@;:]*)([^@]*@.*)$/i.exec(uri) ?? []
  if (scheme === '') throw usage(`"${uri}" has no number to change: choose another change`, { code: 'choose-change' })
  const user = to === '+' ? (old.startsWith('+') ? old.slice(1) : `+${old}`) : escapeUser(to)
  if (user === old) throw usage(`the number is ${old} already: choose another change`, { code: 'choose-change' })
  return `${scheme}${user}${rest}`
}

const localWords = (address: string) =>
  address === anyLocalAddress ? 'the local address that reaches the peer' : `${address} as the local address`

/** What is changed, as part of a sentence: "media encryption required". */
export function changeWords(change: Change): string {
  switch (change.what) {
    case 'transport':
      return `${change.to.toUpperCase()} as the transport`
    case 'encryption':
      return `media encryption ${change.to}`
    case 'codecs':
      return `${change.to.join(', ')} as the ${change.to.length === 1 ? 'only codec' : 'codecs'}`
    case 'number':
      return change.to === '+' ? 'the other form of the number, with or without +' : `${change.to} as the number`
    case 'headers':
      return change.to.length === 0 ? 'no added headers' : `${change.to.join(', ')} as the only added headers`
    case 'digest':
      return change.to === 'on' ? 'digest credentials' : 'no digest credentials'
    case 'caller-id':
      return `${change.to} as the caller ID`
    case 'local-address':
      return localWords(change.to)
    case 'ptime':
      return `a packet time of ${change.to} ms`
  }
}
