/** Of a file that `wavHeader` begins. */
export const wavHeaderBytes = 44

/** The header of a 16-bit PCM file. */
export function wavHeader(channels: number, rateHz: number, dataBytes: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(wavHeaderBytes)
  const view = new DataView(header.buffer)
  const write = (at: number, text: string) => header.set(new TextEncoder().encode(text), at)
  write(0, 'RIFF')
  view.setUint32(4, wavHeaderBytes - 8 + dataBytes, true)
  write(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, rateHz, true)
  view.setUint32(28, rateHz * channels * 2, true)
  view.setUint16(32, channels * 2, true)
  view.setUint16(34, 16, true)
  write(36, 'data')
  view.setUint32(40, dataBytes, true)
  return header
}
