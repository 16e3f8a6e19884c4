import { addressesOf, isEvent } from '../../../../shared/wire/agreement/agree.ts'
import type { MediaDescription, SessionDescription } from '../../../../shared/wire/sdp/sdp.ts'
import { staticFormat } from '../../../../shared/wire/sdp/static-formats.ts'
import type { Meter } from '../../quality/level.ts'
import type { PayloadMeaning } from '../../quality/rtp-row.ts'
import type { TracedStream } from './traced-stream.ts'

/** What reads the level of a codec's payloads, by its name and RTP clock; null where none can be read. */
export type MeterOf = (codec: string, rtpClockHz: number) => Meter | null

/** Addresses of more media than this are not told apart. */
const mostAddresses = 1_000_000

const unknownPayload = (payloadType: number): PayloadMeaning => ({
  codec: `unknown(${payloadType})`,
  clockRateHz: 0,
  meter: null,
})

/**
 * What payload types mean on a stream: as its receiver numbered them, else as its sender did for the other direction,
 * else as any session description did, else as RFC 3551 does. Each medium has numbers of its own.
 */
export class PayloadMeanings {
  readonly #meterOf: MeterOf
  /** By `host port`. */
  readonly #media = new Map<string, MediaDescription>()
  /** Of all media, those of audio before others: for streams whose addresses nobody named. */
  readonly #any = new Map<number, PayloadMeaning>()
  #anyCiphered = false
  #knowledge = 0

  constructor(meterOf: MeterOf) {
    this.#meterOf = meterOf
  }

  /** Whether a session description named that address. */
  knows({ host, port }: { readonly host: string; readonly port: number }): boolean {
    return this.#media.has(`${host} ${port}`)
  }

  of(stream: TracedStream, payloadType: number): PayloadMeaning {
    const known = stream.meaning
    if (known !== null && stream.meaningOf === payloadType && stream.knowledge === this.#knowledge) return known
    stream.meaningOf = payloadType
    stream.knowledge = this.#knowledge
    return (stream.meaning = this.#find(stream, payloadType))
  }

  learn({ media }: SessionDescription): void {
    this.#knowledge++
    const audioLast = [...media].sort((a, b) => Number(a.kind === 'audio') - Number(b.kind === 'audio'))
    for (const medium of audioLast) {
      for (const { host, port } of addressesOf(medium)) {
        const key = `${host} ${port}`
        this.#media.delete(key)
        this.#media.set(key, medium)
        if (this.#media.size > mostAddresses) this.#media.delete(this.#media.keys().next().value!)
      }
      if (isCiphered(medium)) this.#anyCiphered = true
      for (const { payloadType } of medium.formats) {
        const meaning = this.#read(medium, payloadType)
        if (meaning) this.#any.set(payloadType, meaning)
      }
    }
  }

  #find({ source, destination, sent }: TracedStream, payloadType: number): PayloadMeaning {
    const [to, from] = [destination, source].map(({ host, port }) => this.#media.get(`${host} ${port}`))
    return this.between(to, from, payloadType, sent !== null)
  }

  /**
   * What a type means where a medium is announced at the address that packets go to, and at the one they come from.
   * `readable`: the payload is there without SRTP.
   */
  between(
    to: MediaDescription | undefined,
    from: MediaDescription | undefined,
    payloadType: number,
    readable: boolean,
  ): PayloadMeaning {
    const meaning =
      this.#read(to, payloadType) ??
      this.#read(from, payloadType) ??
      (to || from ? null : this.#any.get(payloadType)) ??
      this.#fixed(payloadType) ??
      this.#any.get(payloadType) ??
      unknownPayload(payloadType)
    if (!meaning.meter || readable) return meaning
    // Nobody can read the level of SRTP from outside.
    const ciphered = to || from ? areCiphered(to, from) : this.#anyCiphered
    return ciphered ? { ...meaning, meter: null } : meaning
  }

  #read(medium: MediaDescription | undefined, payloadType: number): PayloadMeaning | null {
    const format = medium?.formats.find((known) => known.payloadType === payloadType)
    if (!format || format.codec.startsWith('unknown(')) return null
    const { codec, clockRateHz } = format
    return { codec, clockRateHz: isEvent(format) ? 0 : clockRateHz, meter: this.#meterOf(codec, clockRateHz) }
  }

  #fixed(payloadType: number): PayloadMeaning | null {
    const fixed = staticFormat(payloadType)
    if (!fixed) return null
    const { codec, clockRateHz } = fixed
    return { codec, clockRateHz, meter: this.#meterOf(codec, clockRateHz) }
  }
}

const isOpen = ({ suite, sessionParams }: MediaDescription['crypto'][number]) =>
  /^NULL_/i.test(suite) || /\bUNENCRYPTED_SRTP\b/i.test(sessionParams ?? '')

/** SRTP, whatever the other side says. */
const isCiphered = ({ protocol, crypto }: MediaDescription) =>
  protocol.includes('SAVP') && !(crypto.length > 0 && crypto.every(isOpen))

/** SRTP by the profile of one side, or by keys of both (RFC 8643). */
export function areCiphered(to: MediaDescription | undefined, from: MediaDescription | undefined): boolean {
  const sides = [to, from].filter((medium) => medium !== undefined)
  if (sides.some(isCiphered)) return true
  const keys = (medium: MediaDescription) => medium.fingerprint === true || medium.crypto.some((line) => !isOpen(line))
  return sides.length === 2 && sides.every(keys)
}
