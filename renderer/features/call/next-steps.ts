import type { Placed, PlaceCall } from '../../../shared/contract/place-call.ts'
import type { Finding } from '../../../shared/contract/report.ts'
import type { Remedy } from '../../../shared/model/remedies.ts'
import { execute } from '../../state/engine.ts'
import { redial, select, show, type Screen } from '../../state/ui.ts'

/** Something that a machine can do about a finding. */
export interface Step {
  readonly name: string
  run(): Promise<unknown> | void
}

/** What can be done about a finding at a click: the call again with one setting changed, or where that setting is. */
export function stepsFor(placed: Placed | null, { remedy }: Finding): Step[] {
  if (!remedy) return []
  const again = placed && changed(placed, remedy)
  if (again) return [{ name: `Call again with ${again.words}`, run: () => callAgain(placed, again.change) }]
  const screen = screenOf(remedy)
  return screen === null
    ? []
    : [{ name: `Open ${screen.name}`, run: () => show(screen.screen, partOf(placed, screen)) }]
}

/** The trunk that the call went through, or the field of the settings. */
const partOf = (placed: Placed | null, { screen, field }: Where): string | null =>
  screen === 'trunks' ? (placed?.trunk ?? null) : (field ?? null)

interface Changed {
  readonly words: string
  readonly change: Pick<PlaceCall, 'encryption' | 'transport'>
}

function changed(placed: Placed, remedy: Remedy): Changed | null {
  if (remedy.code === 'choose-encryption' && placed.encryption !== remedy.encryption)
    return { words: `media encryption ${remedy.encryption}`, change: { encryption: remedy.encryption } }
  if (remedy.code === 'choose-transport' && remedy.transport && placed.transport !== remedy.transport)
    return { words: remedy.transport.toUpperCase(), change: { transport: remedy.transport } }
  return null
}

/** Places the call again with one thing changed; where secrets of it were not kept, the dial bar asks for them. */
export async function callAgain(placed: Placed, change: Changed['change'] = {}): Promise<void> {
  const next = { ...placed, ...change }
  if (placed.headers.some(({ secret }) => secret) || (placed.user !== undefined && placed.trunk === undefined)) {
    redial(next)
    return
  }
  const { pcapTo: _, recordTo: __, ...args } = next
  const { id } = await execute('call.place', args)
  select(id)
}

interface Where {
  readonly screen: Screen
  readonly name: string
  readonly field?: string
}

const screens: { readonly [Code in Remedy['code']]?: Where } = {
  'choose-transport': { screen: 'trunks', name: 'the trunks' },
  'trust-certificate': { screen: 'trunks', name: 'the trunks' },
  'set-credentials': { screen: 'trunks', name: 'the trunks' },
  'set-user': { screen: 'trunks', name: 'the trunks' },
  'set-address': { screen: 'trunks', name: 'the trunks' },
  'set-proxy': { screen: 'trunks', name: 'the trunks' },
  'add-trunk': { screen: 'trunks', name: 'the trunks' },
  'change-trunk': { screen: 'trunks', name: 'the trunks' },
  'widen-rtp-ports': { screen: 'settings', name: 'the settings', field: 'first-rtp-port' },
  'choose-local': { screen: 'settings', name: 'the settings', field: 'network-address' },
}

const screenOf = ({ code }: Remedy) => screens[code] ?? null
