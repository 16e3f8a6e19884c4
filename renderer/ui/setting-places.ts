import { budgetNames, budgets } from '../../shared/model/budgets.ts'

/** A field of the settings as the palette and an address name it. */
export interface SettingPlace {
  /** Of an address: `first-rtp-port`. */
  readonly id: string
  /** The label of the field, or the heading of its section. */
  readonly name: string
}

const placeOf = (name: string): SettingPlace => ({
  id: name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, ''),
  name,
})

/** Sections, then fields. */
export const settingPlaces: readonly SettingPlace[] = [
  'Window',
  'Network',
  'Microphone',
  'Data',
  'Limits',
  'Theme',
  'Incoming calls',
  'Notifications',
  'Network address',
  'First RTP port',
  'Last RTP port',
  'Microphone used',
  'Speaker used',
  'Echo cancellation',
  'Noise suppression',
  'Automatic gain',
  'Data folder',
  'Keep calls',
  'Keep days',
  'Trace redaction',
  ...budgetNames.map((name) => budgets[name].title),
].map(placeOf)
