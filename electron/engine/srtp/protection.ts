/**
 * How packets are sealed with session keys: counter mode with HMAC, or GCM. It knows no order of packets and no
 * repetition. What does not authenticate is null.
 */
export interface Protection {
  /** The bytes behind those of an MKI, where a packet has one. */
  readonly behindMki: { readonly rtp: number; readonly rtcp: number }
  /** By how many bytes a packet grows. */
  readonly overhead: { readonly rtp: number; readonly rtcp: number }
  /** `headerBytes` stay in clear; `index` is the rollover counter and the sequence number (RFC 3711 3.3.1). */
  sealRtp(packet: Uint8Array, headerBytes: number, ssrc: number, index: number): Buffer
  openRtp(sealed: Uint8Array, headerBytes: number, ssrc: number, index: number): Buffer | null
  /** `word`: the bit that says that it is encrypted, and the index (RFC 3711 3.4). */
  sealRtcp(packet: Uint8Array, ssrc: number, word: number): Buffer
  openRtcp(sealed: Uint8Array, ssrc: number, word: number): Buffer | null
  /** Of a packet that is as long as one at least. */
  rtcpWord(sealed: Uint8Array): number
}

/** In the word of an SRTCP packet: what follows its header is encrypted. */
export const encryptedBit = 0x80000000
export const rtcpHeaderBytes = 8
export const wordBytes = 4
