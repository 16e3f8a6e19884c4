import { transportNames, transports } from '../../shared/model/transport.ts'
import { codecDescriptor, codecNames, usualCodecs } from '../../shared/model/codecs.ts'

/** Options of settings that several screens have, in the platforms' own words. */
export const transportChoices = transportNames.map((name) => [name, transports[name].label] as const)
export const encryptions = [
  ['disabled', 'Disabled'],
  ['allowed', 'Allowed'],
  ['required', 'Required'],
  ['dtls', 'Required, by DTLS'],
] as const

const voices = codecNames().filter((name) => !codecDescriptor(name)!.isNoise)

/** Each codec before those that are usual, then each alone. */
const orders: readonly (readonly string[])[] = [
  ...voices.map((first) => [first, ...usualCodecs().filter((name) => name !== first)]),
  ...voices.map((name) => [name]),
]

const labelOf = (order: readonly string[]) => (order.length === 1 ? `${order[0]} only` : order.join(', then '))

/** The orders of codecs to choose from, and the one that is set where it is another. */
export function codecOrders(set: readonly string[] | null): readonly (readonly [value: string, label: string])[] {
  const known = orders.some((order) => order.join() === set?.join())
  return [...orders, ...(set && !known ? [set] : [])].map((order) => [order.join(','), labelOf(order)] as const)
}
