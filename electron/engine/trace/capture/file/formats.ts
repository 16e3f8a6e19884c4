/** The first bytes of files that a person may take for a capture, and what they are. */
const foreign: readonly (readonly [begin: string, what: string])[] = [
  ['736e6f6f7000', 'a snoop capture: convert it (editcap -F pcapng)'],
  ['474d4255', 'a Network Monitor capture: convert it (editcap -F pcapng)'],
  ['52545353', 'a Network Monitor capture: convert it (editcap -F pcapng)'],
  ['545253', 'a Sniffer capture: convert it (editcap -F pcapng)'],
  ['58435000', 'a NetXRay capture: convert it (editcap -F pcapng)'],
  ['504b0304', 'a ZIP archive: unpack it first'],
  ['fd377a585a00', 'packed with xz: unpack it first'],
  ['425a68', 'packed with bzip2: unpack it first'],
  ['04224d18', 'packed with lz4: unpack it first'],
  ['377abcaf271c', 'a 7z archive: unpack it first'],
  ['526172211a07', 'a RAR archive: unpack it first'],
  ['25504446', 'a PDF document'],
  ['7f454c46', 'a program'],
  ['89504e47', 'a picture'],
  ['ffd8ff', 'a picture'],
  ['52494646', 'a WAV file or the like: a call with sound, but no packets'],
  ['fffe', 'a text in UTF-16: save it as UTF-8'],
  ['feff', 'a text in UTF-16: save it as UTF-8'],
]

/** What a file is that is no capture; null where nothing is known of it. */
export function foreignFormat(first: Uint8Array): string | null {
  const begin = Buffer.from(first.subarray(0, 8)).toString('hex')
  return foreign.find(([magic]) => begin.startsWith(magic))?.[1] ?? null
}

export type Packing = 'gzip' | 'zstd'

export function packingOf(first: Uint8Array): Packing | null {
  if (first[0] === 0x1f && first[1] === 0x8b) return 'gzip'
  const zstd = first[1] === 0xb5 && first[2] === 0x2f && first[3] === 0xfd
  // A frame that is to be skipped may come first (RFC 8878 3.1.2).
  const skipped = (first[0]! & 0xf0) === 0x50 && first[1] === 0x2a && first[2] === 0x4d && first[3] === 0x18
  return (first[0] === 0x28 && zstd) || skipped ? 'zstd' : null
}
