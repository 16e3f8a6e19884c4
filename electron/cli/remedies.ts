import type { Remedy, RemedyCode } from '../../shared/model/remedies.ts'

const spellings: { readonly [Code in RemedyCode]: (remedy: Extract<Remedy, { readonly code: Code }>) => string } = {
  'choose-transport': ({ transport }) => (transport === undefined ? '--transport' : `--transport ${transport}`),
  'choose-encryption': ({ encryption }) => `--encryption ${encryption}`,
  'trust-certificate': () => '--tls-ca, or --tls-insecure to accept any',
  'set-credentials': () => '--user and --password-env',
  'set-user': () => '--user',
  'set-address': () => '--address',
  'set-caller': () => '--from and --display',
  'set-proxy': () => '--proxy',
  'choose-local': () => '--local any',
  'choose-profile': () => '--profile',
  'widen-rtp-ports': () => '--rtp-ports',
  'choose-trunk': () => '--trunk NAME',
  'add-header': () => "--header 'Name: value'",
  'add-trunk': () => 'ringback trunk add',
  'change-trunk': () => 'ringback trunk set',
  'list-calls': () => 'ringback history list',
  'open-from-disk': () => 'ringback inspect FILE',
  'choose-change': () => '--change',
  'confirm-calls': () => '--yes',
  'give-headers': () => '--header-env',
}

/** A sentence with the flags, or the command, that carry its remedy out; the sentence alone where there are none. */
export function withFlags(sentence: string, remedy: Remedy | undefined): string {
  return remedy ? `${sentence} (${(spellings[remedy.code] as (remedy: Remedy) => string)(remedy)})` : sentence
}
