import type { Remedy, RemedyCode } from '../model/remedies.ts'

const words: { readonly [Code in RemedyCode]: (remedy: Extract<Remedy, { readonly code: Code }>) => string } = {
  'choose-transport': ({ transport }) =>
    transport === undefined ? 'choose another transport' : `choose ${transport.toUpperCase()} as the transport`,
  'choose-encryption': ({ encryption }) => `call again with media encryption ${encryption}`,
  'trust-certificate': () => 'give the CA of its certificate',
  'set-credentials': () => 'set the user and the password of the trunk',
  'set-user': () => 'set the user',
  'set-address': () => 'give an address or a stored trunk',
  'set-caller': () => 'set the caller ID and the display name',
  'set-proxy': () => 'set the outbound proxy',
  'choose-local': () => 'leave the local address to this computer',
  'choose-profile': () => 'choose another profile folder',
  'widen-rtp-ports': () => 'widen the range of RTP ports',
  'choose-trunk': () => 'choose the trunk to call through',
  'add-header': () => 'give it as a header',
  'add-trunk': () => 'add the trunk',
  'change-trunk': () => 'change the trunk that is stored',
  'list-calls': () => 'choose from the list of past calls',
  'open-from-disk': () => 'open it where it lies, from the command line',
  'choose-change': () => 'choose what to change',
  'confirm-calls': () => 'confirm the calls',
  'give-headers': () => 'give the values of the secret headers again',
}

/** A remedy in words that are right for every face, as part of a sentence. */
export function remedyWords(remedy: Remedy): string {
  return (words[remedy.code] as (remedy: Remedy) => string)(remedy)
}
