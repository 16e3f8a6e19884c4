import { pcma, pcmu } from './g711.ts'

/** G.711 codes to linear samples, for levels; other codecs cannot be read without decoding. */
export const linearOf = (codec: string): Int16Array | null =>
  codec === 'PCMU' ? pcmu.decodeTable : codec === 'PCMA' ? pcma.decodeTable : null
