import type { Remedy, RemedyCode } from '../../shared/model/remedies.ts'

/** Where in the window each remedy is carried out: the screen, then the field or the button. */
const places: { readonly [Code in RemedyCode]: string | null } = {
  'choose-transport': 'Trunks, Transport',
  'choose-encryption': 'Options, Media encryption',
  'trust-certificate': 'Trunks, CA certificate',
  'set-credentials': 'Trunks, User name and Password',
  'set-user': 'Trunks, User name',
  'set-address': 'Trunks, Address',
  'set-caller': 'Options, Caller ID and Display name',
  'set-proxy': 'Trunks, Outbound proxy',
  'choose-local': 'Settings, Network address',
  // Which folder it is was said at the start.
  'choose-profile': null,
  'widen-rtp-ports': 'Settings, First RTP port and Last RTP port',
  'choose-trunk': 'Trunk, beside the field',
  'add-header': 'Options, Headers',
  'add-trunk': 'Trunks, Add trunk',
  'change-trunk': 'Trunks',
  'list-calls': 'Calls',
  'open-from-disk': 'in a terminal: ringback inspect FILE',
  // They belong to a proof, which has a place of its own.
  'choose-change': null,
  'confirm-calls': null,
  'give-headers': null,
}

/** A sentence with the place in the window where its remedy is; the sentence alone where there is none. */
export function withPlace(sentence: string, remedy: Remedy | undefined): string {
  const place = remedy && places[remedy.code]
  return place ? `${sentence} (${place})` : sentence
}
