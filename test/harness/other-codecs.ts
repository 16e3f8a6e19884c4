import { ulaw } from '../../electron/engine/media/codec/g711.ts'
import { registerCodec } from '../../electron/engine/media/codec/registry.ts'

/** Two samples to a tick of its clock. */
export const slow = { ...ulaw.descriptor, name: 'SLOW', sampleRateHz: 16_000, staticType: null, fmtp: 'a=1' }
/** Another clock, and two channels by name. */
export const fast = {
  ...ulaw.descriptor,
  name: 'FAST',
  sampleRateHz: 48_000,
  rtpClockHz: 48_000,
  channels: 2,
  staticType: null,
}

for (const descriptor of [slow, fast]) registerCodec({ ...ulaw, descriptor })
