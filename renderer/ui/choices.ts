import { codecNames } from '../../shared/model/codecs.ts'

/** Options of settings that several screens have, in the platforms' own words. */
export const transports = [
  ['udp', 'UDP'],
  ['tcp', 'TCP'],
  ['tls', 'TLS'],
] as const
export const encryptions = [
  ['disabled', 'Disabled'],
  ['allowed', 'Allowed'],
  ['required', 'Required'],
] as const
/** Each codec before the others, then each alone. */
export const codecOrders: readonly (readonly [value: string, label: string])[] = [
  ...codecNames().map((first) => {
    const order = [first, ...codecNames().filter((name) => name !== first)]
    return [order.join(','), order.join(', then ')] as const
  }),
  ...codecNames().map((name) => [name, `${name} only`] as const),
]
