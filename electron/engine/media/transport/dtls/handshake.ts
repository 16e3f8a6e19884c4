import { explainError } from '../../../base/errors.ts'
import type { SrtpSuite } from '../../../../../shared/model/encryption.ts'
import { suites } from '../../../srtp/suites.ts'
import type { DtlsCertificate } from './certificate.ts'
import { finishedFault, finishedType, fingerprintFault, proofFault, type Fingerprint } from './proof.ts'

/** What the handshake gives: keys of both directions, each with its salt. */
export interface DtlsKeys {
  readonly suite: SrtpSuite
  readonly ours: Buffer
  readonly theirs: Buffer
}

export interface HandshakeOptions {
  readonly role: 'client' | 'server'
  readonly certificate: DtlsCertificate
  readonly fingerprints: readonly Fingerprint[]
}

export interface HandshakeEvents {
  send(bytes: Uint8Array): void
  done(keys: DtlsKeys): void
  /** A clause about the peer. */
  failed(text: string): void
}

/** The profiles of RFC 5764 4.1.2 and RFC 7714 14.2 that are offered, in this order. */
const profiles: Readonly<Record<number, SrtpSuite>> = { 1: 'AES_CM_128_HMAC_SHA1_80', 7: 'AEAD_AES_128_GCM' }
const recordHeadBytes = 13
const alertType = 21
const sha256 = 4
const ecdsa = 3
/** A flight that is waited for is then no longer repeated. */
const beyond = 99

const alerts: Readonly<Record<number, string>> = {
  0: 'close notify',
  40: 'handshake failure',
  42: 'bad certificate',
  46: 'certificate unknown',
  47: 'illegal parameter',
  51: 'decrypt error',
  70: 'protocol version',
  71: 'insufficient security',
  80: 'internal error',
}

/** Whether a packet is DTLS rather than STUN, RTP or RTCP (RFC 7983 7). */
export const isDtls = (bytes: Uint8Array): boolean => bytes.length > recordHeadBytes && bytes[0]! > 19 && bytes[0]! < 64

/** One handshake of DTLS 1.2 whose keys are for SRTP (RFC 5764); the library is loaded with the first. */
export class DtlsHandshake {
  readonly #options: HandshakeOptions
  readonly #events: HandshakeEvents
  readonly #socket: { onData: (bytes: Buffer) => void }
  readonly #dtls: InstanceType<Library['DtlsClient'] | Library['DtlsServer']>
  /** The peer's, which the library does not compare. */
  #finished: Buffer | null = null
  #started = false
  #connected = false
  #over = false

  private constructor(library: Library, options: HandshakeOptions, events: HandshakeEvents) {
    this.#options = options
    this.#events = events
    const socket = {
      type: 'udp',
      address: {},
      closed: false,
      onData: (_bytes: Buffer) => {},
      send: async (bytes: Buffer) => {
        if (!this.#over) events.send(bytes)
      },
      close: async () => {},
    }
    this.#socket = socket
    const { cert, key } = options.certificate
    const settings = {
      transport: socket as never,
      cert,
      key,
      signatureHash: { hash: sha256, signature: ecdsa } as const,
      srtpProfiles: [7, 1] as never,
      extendedMasterSecret: true,
      certificateRequest: true,
    }
    this.#dtls = options.role === 'client' ? new library.DtlsClient(settings) : new library.DtlsServer(settings)
    const handle = this.#dtls.onHandleHandshakes
    this.#dtls.onHandleHandshakes = (messages) => {
      for (const { msg_type: type, fragment } of messages) if (type === finishedType) this.#finished ??= fragment
      return handle(messages)
    }
    this.#dtls.onConnect.subscribe(() => this.#done())
    this.#dtls.onError.subscribe((error) => this.#fail(`the DTLS handshake failed: ${explainError(error)}`))
  }

  static async open(options: HandshakeOptions, events: HandshakeEvents): Promise<DtlsHandshake> {
    return new DtlsHandshake(await import('werift'), options, events)
  }

  /** The client speaks first. */
  start(): void {
    if (this.#started || !('connect' in this.#dtls)) return
    this.#started = true
    this.#dtls
      .connect()
      .catch((error: unknown) => this.#fail(`the DTLS handshake was not answered: ${explainError(error)}`))
  }

  receive(bytes: Uint8Array): void {
    if (this.#over && !this.#connected) return
    for (const record of recordsOf(bytes)) {
      const epoch = record.readUInt16BE(3)
      if (record[0] === alertType && epoch === 0 && !this.#connected) this.#alert(record)
      // Anybody can write what is not encrypted: after the handshake it may begin no other.
      else if (!this.#connected || epoch > 0) this.#socket.onData(record)
    }
  }

  close(): void {
    this.#over = true
    this.#dtls.dtls.flight = beyond
  }

  #alert(record: Buffer): void {
    const [level, description = 0] = record.subarray(recordHeadBytes)
    if (level === 2)
      this.#fail(
        `it refused the DTLS handshake: alert ${description}${alerts[description] ? ` (${alerts[description]})` : ''}`,
      )
  }

  #done(): void {
    if (this.#connected || this.#over) return
    const { cipher, dtls, srtp } = this.#dtls
    const suite = profiles[srtp.srtpProfile ?? 0]
    if (suite === undefined) return this.#fail('it agreed to no SRTP in the DTLS handshake (use_srtp)')
    const { role, fingerprints } = this.#options
    const certificate = cipher.remoteCertificate
    const { publicKey } = cipher.remoteKeyPair
    if (!certificate || !publicKey) return this.#fail('it showed no certificate in the DTLS handshake')
    const [local, remote] = [cipher.localRandom.serialize(), cipher.remoteRandom.serialize()]
    const messages = dtls.sortedHandshakeCache.map((message) => ({
      type: message.msg_type,
      body: message.fragment,
      whole: message.serialize(),
    }))
    const fault =
      fingerprintFault(certificate, fingerprints) ??
      proofFault({
        role,
        messages,
        certificate,
        publicKey,
        clientRandom: role === 'client' ? local : remote,
        serverRandom: role === 'client' ? remote : local,
      }) ??
      finishedFault({ role, messages, masterSecret: cipher.masterSecret, finished: this.#finished })
    if (fault) return this.#fail(fault)
    this.#connected = true
    const { keyBytes, saltBytes } = suites[suite]
    const { localKey, localSalt, remoteKey, remoteSalt } = this.#dtls.extractSessionKeys(keyBytes, saltBytes)
    this.#events.done({
      suite,
      ours: Buffer.concat([localKey, localSalt]),
      theirs: Buffer.concat([remoteKey, remoteSalt]),
    })
  }

  #fail(text: string): void {
    if (this.#connected || this.#over) return
    this.close()
    this.#events.failed(text)
  }
}

type Library = typeof import('werift')

/** The records of a datagram, as far as they are whole. */
function recordsOf(bytes: Uint8Array): Buffer[] {
  const datagram = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const records: Buffer[] = []
  for (let at = 0; at + recordHeadBytes <= datagram.length;) {
    const end = at + recordHeadBytes + datagram.readUInt16BE(at + 11)
    if (end > datagram.length) break
    records.push(datagram.subarray(at, end))
    at = end
  }
  return records
}
