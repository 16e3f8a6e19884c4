import { decimal } from '../../base/scan.ts'

/** What the receiver of Opus asks for (RFC 7587 6.1). */
export interface OpusParameters {
  readonly stereo: boolean
  /** Packets that tell of the one before them. */
  readonly fec: boolean
  /** Nothing is sent while nothing is said. */
  readonly dtx: boolean
  readonly cbr: boolean
  /** It plays nothing above half of that. */
  readonly maxPlaybackRateHz: number
  readonly maxAverageBitrate: number
}

const rates = { lowest: 8000, highest: 48_000 }
const bitrates = { lowest: 6000, highest: 510_000 }

/**
 * Reads the parameters of a=fmtp: what is left out, or out of the range that RFC 7587 gives, has its default. Of two
 * with one name the first holds.
 */
export function readOpusParameters(text: string | null): OpusParameters {
  const values = new Map<string, string>()
  for (const part of (text ?? '').split(';', 64)) {
    const [name = '', value = ''] = part.split('=', 2)
    const key = name.trim().toLowerCase()
    if (!values.has(key)) values.set(key, value.trim())
  }
  const isOn = (name: string) => values.get(name) === '1'
  const within = (name: string, { lowest, highest }: typeof rates) => {
    const value = decimal(values.get(name) ?? '', highest)
    return value === null || value < lowest ? highest : value
  }
  return {
    stereo: isOn('stereo'),
    fec: isOn('useinbandfec'),
    dtx: isOn('usedtx'),
    cbr: isOn('cbr'),
    maxPlaybackRateHz: within('maxplaybackrate', rates),
    maxAverageBitrate: within('maxaveragebitrate', bitrates),
  }
}
