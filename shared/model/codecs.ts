/** Where a session description says nothing else, in ms (RFC 3551 4.2). */
export const usualPtimeMs = 20

/** A row of the E-model for a codec: equipment impairment and robustness to loss (ITU-T G.113). */
export interface Impairment {
  /** G.107 for telephone bandwidth, G.107.1 for wideband: their scales differ. */
  readonly model: 'ITU-T G.107' | 'ITU-T G.107.1'
  readonly ie: number
  /** Null where no trusted figure exists: what loss does to it is unknown. */
  readonly bpl: number | null
  /** What the row takes for granted; where it has a Bpl, of loss. */
  readonly assumption: string
}

/** What both sides must know of a codec to agree on it, and a person to choose it. */
export interface CodecDescriptor {
  /** As a=rtpmap names it. */
  readonly name: string
  /** Of its RTP timestamps, and of the telephone events beside it. */
  readonly rtpClockHz: number
  /** Of the samples that are coded, which are mono. */
  readonly sampleRateHz: number
  /** As a=rtpmap says. */
  readonly channels: number
  /** The payload type of RFC 3551 table 4; null: one of 96 to 127. */
  readonly staticType: number | null
  /** What a=fmtp says. */
  readonly fmtp: string | null
  readonly title: string
  /** Null where no trusted figures exist: no estimate of its quality is shown. */
  readonly impairment: Impairment | null
  /** The packet times that it can be sent in, in ms, the shortest first; left out: all of 10 to 60. */
  readonly packetTimesMs?: readonly number[]
  /** It is offered and accepted where a person chooses it, and not otherwise. */
  readonly onRequest?: boolean
  /** No voice is coded in it: it stands for the silence of another of the same clock (RFC 3389). */
  readonly isNoise?: boolean
}

const g711 = {
  rtpClockHz: 8000,
  sampleRateHz: 8000,
  channels: 1,
  fmtp: null,
  impairment: {
    model: 'ITU-T G.107',
    ie: 0,
    bpl: 25.1,
    assumption: 'concealed as in G.711 Appendix I (Ie 0, Bpl 25.1)',
  },
} as const

export const pcmu: CodecDescriptor = { ...g711, name: 'PCMU', staticType: 0, title: 'G.711 mu-law' }
export const pcma: CodecDescriptor = { ...g711, name: 'PCMA', staticType: 8, title: 'G.711 A-law' }

export const g722: CodecDescriptor = {
  name: 'G722',
  // Of 16 kHz audio: an early text had it by mistake, and it stayed (RFC 3551 4.5.2).
  rtpClockHz: 8000,
  sampleRateHz: 16_000,
  channels: 1,
  staticType: 9,
  fmtp: null,
  title: 'G.722, wideband',
  impairment: {
    model: 'ITU-T G.107.1',
    ie: 13,
    bpl: null,
    assumption: 'on the wideband scale (R up to 129, Ie 13 at 64 kbit/s): not to be compared with that of G.711',
  },
  onRequest: true,
}

/** RFC 7587: its clock is 48000 and its channels are 2 whatever is coded; mono is sent unless stereo is asked for. */
export const opus: CodecDescriptor = {
  name: 'opus',
  rtpClockHz: 48_000,
  sampleRateHz: 48_000,
  channels: 2,
  staticType: null,
  fmtp: 'minptime=10;useinbandfec=1',
  title: 'Opus',
  impairment: null,
  packetTimesMs: [10, 20, 40, 60],
  onRequest: true,
}

/** Linear samples (RFC 3551 4.5.11): one for each clock, in packets that no Ethernet has to cut. */
function linear(rateHz: number, channels: number, staticType: number | null, most: number): CodecDescriptor {
  return {
    name: 'L16',
    rtpClockHz: rateHz,
    sampleRateHz: rateHz,
    channels,
    staticType,
    fmtp: null,
    title: `linear, ${rateHz / 1000} kHz${channels === 2 ? ', stereo' : ''}`,
    impairment: null,
    packetTimesMs: [10, 20, 30, 40, 60].filter((ms) => ms <= most),
    onRequest: true,
  }
}

export const l16: readonly CodecDescriptor[] = [
  linear(16_000, 1, null, 40),
  linear(8000, 1, null, 60),
  linear(48_000, 1, null, 10),
  linear(44_100, 1, 11, 10),
  linear(44_100, 2, 10, 10),
]

export const comfortNoise: CodecDescriptor = {
  name: 'CN',
  rtpClockHz: 8000,
  sampleRateHz: 8000,
  channels: 1,
  staticType: 13,
  fmtp: null,
  title: 'comfort noise in place of silence',
  impairment: null,
  onRequest: true,
  isNoise: true,
}

const descriptors: CodecDescriptor[] = [pcmu, pcma, g722, opus, ...l16, comfortNoise]
let read = false

/**
 * One more, before anyone has read the list; what is in it already is no news. Throws Error when it comes too late, or
 * its name is taken.
 */
export function addCodec(descriptor: CodecDescriptor): void {
  if (descriptors.includes(descriptor)) return
  if (codecDescriptor(descriptor.name)) throw new Error(`there are two codecs named ${descriptor.name}`)
  if (read) throw new Error(`the codec ${descriptor.name} comes too late: load its file before anything else`)
  descriptors.push(descriptor)
}

/** All, in the order in which they are offered. */
export function codecDescriptors(): readonly CodecDescriptor[] {
  read = true
  return descriptors
}

/** Of all that a person can choose. */
export function codecNames(): [string, ...string[]] {
  return [...new Set(codecDescriptors().map(({ name }) => name))] as [string, ...string[]]
}

/** Of those that are offered and accepted where nobody chooses. */
export function usualCodecs(): [string, ...string[]] {
  const usual = codecDescriptors().filter(({ onRequest }) => !onRequest)
  return usual.map(({ name }) => name) as [string, ...string[]]
}

/**
 * By its name, in upper or lower case; null for one that is not spoken here. Of several it is the one that is offered
 * first.
 */
export function codecDescriptor(name: string): CodecDescriptor | null {
  return codecsNamed(name)[0] ?? null
}

/** All of that name, in upper or lower case: one for each clock and number of channels. */
export function codecsNamed(name: string): CodecDescriptor[] {
  const upper = name.toUpperCase()
  return descriptors.filter((known) => known.name.toUpperCase() === upper)
}
