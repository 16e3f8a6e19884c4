/** More connections than any capture has that is not made to fill a machine. */
const mostEntries = 500_000
const line = /^([A-Z0-9_]{1,64}) ([0-9a-fA-F]{64}) ([0-9a-fA-F]{64,192})\s*$/
const labels = new Set([
  'CLIENT_RANDOM',
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
])
type SecretLabel = 'CLIENT_RANDOM' | `${'CLIENT' | 'SERVER'}_${'HANDSHAKE_TRAFFIC_SECRET' | 'TRAFFIC_SECRET_0'}`

/** The secrets of TLS connections, as TLS libraries log them (RFC 9850), by the random number of the client. */
export class KeyLog {
  readonly #secrets = new Map<string, Buffer>()

  get size(): number {
    return this.#secrets.size
  }

  /** Takes what lines there are of a log; how many. */
  add(text: string): number {
    let taken = 0
    for (const written of text.split('\n')) {
      const match = line.exec(written)
      if (!match || !labels.has(match[1]!) || this.#secrets.size >= mostEntries) continue
      this.#secrets.set(`${match[1]} ${match[2]!.toLowerCase()}`, Buffer.from(match[3]!, 'hex'))
      taken++
    }
    return taken
  }

  /** `clientRandom` in lower-case hexadecimal digits. */
  secret(label: SecretLabel, clientRandom: string): Buffer | null {
    return this.#secrets.get(`${label} ${clientRandom}`) ?? null
  }
}
