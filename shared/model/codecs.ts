/** A row of the E-model for a codec: equipment impairment and robustness to loss (ITU-T G.113 appendix I). */
export interface Impairment {
  readonly ie: number
  readonly bpl: number
  /** What the row takes for granted. */
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
}

const g711 = {
  rtpClockHz: 8000,
  sampleRateHz: 8000,
  channels: 1,
  fmtp: null,
  impairment: {
    ie: 0,
    bpl: 25.1,
    assumption: 'loss is random (BurstR 1) and concealed as in G.711 Appendix I (Ie 0, Bpl 25.1)',
  },
} as const

export const pcmu: CodecDescriptor = { ...g711, name: 'PCMU', staticType: 0, title: 'G.711 mu-law' }
export const pcma: CodecDescriptor = { ...g711, name: 'PCMA', staticType: 8, title: 'G.711 A-law' }

const descriptors: CodecDescriptor[] = [pcmu, pcma]
let read = false

/**
 * One more, before anyone has read the list; what is in it already is no news. Throws Error when it comes too late, or
 * its name is taken.
 */
export function addCodec(descriptor: CodecDescriptor): void {
  const known = codecDescriptor(descriptor.name)
  if (known === descriptor) return
  if (known) throw new Error(`there are two codecs named ${descriptor.name}`)
  if (read) throw new Error(`the codec ${descriptor.name} comes too late: load its file before anything else`)
  descriptors.push(descriptor)
}

/** All, in the order in which they are offered. */
export function codecDescriptors(): readonly CodecDescriptor[] {
  read = true
  return descriptors
}

export function codecNames(): [string, ...string[]] {
  return codecDescriptors().map(({ name }) => name) as [string, ...string[]]
}

/** By its name, in upper or lower case; null for one that is not spoken here. */
export function codecDescriptor(name: string): CodecDescriptor | null {
  const upper = name.toUpperCase()
  return descriptors.find((known) => known.name.toUpperCase() === upper) ?? null
}
