/** RFC 3551 tables 4 and 5: what a static payload type means without a=rtpmap. */
const staticFormats: ReadonlyMap<number, readonly [codec: string, clockRateHz: number, channels?: number]> = new Map([
  [0, ['PCMU', 8000]],
  [3, ['GSM', 8000]],
  [4, ['G723', 8000]],
  [5, ['DVI4', 8000]],
  [6, ['DVI4', 16000]],
  [7, ['LPC', 8000]],
  [8, ['PCMA', 8000]],
  [9, ['G722', 8000]],
  [10, ['L16', 44100, 2]],
  [11, ['L16', 44100]],
  [12, ['QCELP', 8000]],
  [13, ['CN', 8000]],
  [15, ['G728', 8000]],
  [16, ['DVI4', 11025]],
  [17, ['DVI4', 22050]],
  [18, ['G729', 8000]],
  [34, ['H263', 90000]],
])

const spellings = new Map([...staticFormats.values()].map(([codec]) => [codec.toLowerCase(), codec]))

/** A codec as RFC 3551 spells it: names do not differ by case (RFC 8866 6.6). Others stay as they are. */
export const spelled = (codec: string): string => spellings.get(codec.toLowerCase()) ?? codec

export function staticFormat(payloadType: number): { codec: string; clockRateHz: number; channels: number } | null {
  const known = staticFormats.get(payloadType)
  return known ? { codec: known[0], clockRateHz: known[1], channels: known[2] ?? 1 } : null
}
