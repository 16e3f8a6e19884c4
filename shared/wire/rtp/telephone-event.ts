/** A telephone-event payload (RFC 4733 2.3): duration in timestamp units, volume in -dBm0. */
export interface TelephoneEvent {
  readonly event: number
  readonly end: boolean
  readonly volume: number
  readonly duration: number
}

const digits = '0123456789*#ABCD'

export function digitToEvent(digit: string): number {
  return digits.indexOf(digit.toUpperCase())
}

/** The key of events 0 to 15; null for other events. */
export function eventToDigit(event: number): string | null {
  return digits[event] ?? null
}

export function readTelephoneEvent(payload: Uint8Array): TelephoneEvent | null {
  if (payload.length < 4) return null
  return {
    event: payload[0]!,
    end: (payload[1]! & 0x80) !== 0,
    volume: payload[1]! & 0x3f,
    duration: (payload[2]! << 8) | payload[3]!,
  }
}

export function writeTelephoneEvent({ event, end, volume, duration }: TelephoneEvent): Uint8Array {
  return Uint8Array.of(event, (end ? 0x80 : 0) | volume, duration >> 8, duration & 0xff)
}
