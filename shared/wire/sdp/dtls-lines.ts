import { words } from '../../base/scan.ts'
import type { DtlsDescription } from './sdp.ts'

const mostFingerprints = 8
/** RFC 8839 5.4. */
const longestCredential = 256

/** What a=fingerprint, a=setup and the credentials of ICE say, of a session or of a medium. */
export class DtlsLines {
  readonly #fingerprints: { readonly hash: string; readonly value: string }[] = []
  #setup: DtlsDescription['setup'] = null
  #ufrag: string | null = null
  #pwd: string | null = null
  #lite = false

  read(name: string, rest: string): void {
    switch (name) {
      case 'fingerprint': {
        const [hash, value] = words(rest, 3)
        if (value !== undefined && isHex(value) && this.#fingerprints.length < mostFingerprints)
          this.#fingerprints.push({ hash: hash!.toLowerCase(), value })
        break
      }
      case 'setup': {
        const setup = rest.trim().toLowerCase()
        if (setup === 'actpass' || setup === 'active' || setup === 'passive') this.#setup = setup
        break
      }
      case 'ice-ufrag':
        this.#ufrag = credential(rest) ?? this.#ufrag
        break
      case 'ice-pwd':
        this.#pwd = credential(rest) ?? this.#pwd
        break
      case 'ice-lite':
        this.#lite = true
    }
  }

  /** Of a medium: what it does not say, the session says. */
  describe(session: DtlsLines): DtlsDescription | null {
    const fingerprints = this.#fingerprints.length > 0 ? this.#fingerprints : session.#fingerprints
    const [ufrag, pwd] = [this.#ufrag ?? session.#ufrag, this.#pwd ?? session.#pwd]
    const ice = ufrag !== null && pwd !== null ? { ufrag, pwd, lite: session.#lite } : null
    if (fingerprints.length === 0 && !ice) return null
    return { fingerprints, setup: this.#setup ?? session.#setup, ice }
  }
}

function credential(text: string): string | null {
  const value = text.trim()
  return value.length > 0 && value.length <= longestCredential && /^[\w+/=-]+$/.test(value) ? value : null
}

const isHex = (text: string) => text.length <= 256 && /^[\dA-Fa-f:]+$/.test(text)
