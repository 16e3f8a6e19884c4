import {
  createHash,
  createHmac,
  constants,
  timingSafeEqual,
  verify,
  X509Certificate,
  type KeyObject,
} from 'node:crypto'

/** A handshake message of DTLS as both sides hash it: with its header, in one piece (RFC 6347 4.2.6). */
export interface HandshakeMessage {
  readonly type: number
  readonly body: Buffer
  readonly whole: Buffer
}

export interface Proven {
  readonly role: 'client' | 'server'
  /** All messages in their order. */
  readonly messages: readonly HandshakeMessage[]
  /** The peer's, in DER. */
  readonly certificate: Buffer
  /** The key of the peer's that the secrets were made with. */
  readonly publicKey: Buffer
  readonly clientRandom: Buffer
  readonly serverRandom: Buffer
}

const serverKeyExchange = 12
const certificateVerify = 15
const clientKeyExchange = 16

/**
 * Why the handshake does not show that the peer holds the key of its certificate; null where it does. A certificate
 * is public: without this its fingerprint says nothing. The library that does the handshake does not look.
 */
export function proofFault(proven: Proven): string | null {
  const { role, messages, clientRandom, serverRandom, publicKey } = proven
  const key = new X509Certificate(proven.certificate).publicKey
  const find = (type: number) => messages.find((message) => message.type === type)
  if (role === 'client') {
    const body = find(serverKeyExchange)?.body
    const size = body?.[3] ?? 0
    if (!body || body.length < 8 + size) return 'its key exchange is not whole'
    if (!body.subarray(4, 4 + size).equals(publicKey)) return 'it used another key than it signed'
    const signed = Buffer.concat([clientRandom, serverRandom, body.subarray(0, 4 + size)])
    return isSigned(key, signed, body.subarray(4 + size)) ? null : 'the signature of its key exchange is wrong'
  }
  const at = messages.findIndex(({ type }) => type === certificateVerify)
  if (at < 0) return 'it did not sign the handshake'
  const exchanged = find(clientKeyExchange)?.body
  if (!exchanged || messages.indexOf(find(clientKeyExchange)!) > at || !exchanged.subarray(1).equals(publicKey))
    return 'it used another key than it signed'
  const signed = Buffer.concat(messages.slice(0, at).map(({ whole }) => whole))
  return isSigned(key, signed, messages[at]!.body) ? null : 'the signature of the handshake is wrong'
}

/** What Finished is compared with. */
export interface Finish {
  /** Ours: the peer's label is the other one's. */
  readonly role: 'client' | 'server'
  /** As in Proven. */
  readonly messages: readonly HandshakeMessage[]
  readonly masterSecret: Buffer
  /** The peer's Finished, without its header; null where none came. */
  readonly finished: Buffer | null
}

/** Of handshake messages (RFC 5246 7.4). */
export const finishedType = 20
const verifyDataBytes = 12

/**
 * Why the peer did not see the handshake that we saw (RFC 5246 7.4.9); null where it did. What somebody changed in
 * passing, like the suites that were offered, is in its hash.
 */
export function finishedFault({ role, messages, masterSecret, finished }: Finish): string | null {
  // The client's comes first, and the server's is about it too.
  const end = role === 'server' ? messages.findIndex(({ type }) => type === finishedType) : messages.length
  const seen = createHash('sha256')
  for (const { whole } of messages.slice(0, end < 0 ? messages.length : end)) seen.update(whole)
  const seed = Buffer.concat([Buffer.from(role === 'server' ? 'client finished' : 'server finished'), seen.digest()])
  const hmac = (bytes: Buffer) => createHmac('sha256', masterSecret).update(bytes).digest()
  // P_SHA256 (RFC 5246 5), whose first block is long enough.
  const expected = hmac(Buffer.concat([hmac(seed), seed])).subarray(0, verifyDataBytes)
  return finished?.length === verifyDataBytes && timingSafeEqual(finished, expected)
    ? null
    : 'its Finished is not that of the handshake as it was seen here: somebody changed it on the way'
}

const hashes: Readonly<Record<number, string>> = { 4: 'sha256', 5: 'sha384', 6: 'sha512' }
/** RSA-PSS has numbers of its own (RFC 8446 4.2.3). */
const pssHashes: Readonly<Record<number, string>> = { 0x0804: 'sha256', 0x0805: 'sha384', 0x0806: 'sha512' }

/** `digitally-signed` of TLS 1.2: algorithm, length, signature (RFC 5246 4.7). */
function isSigned(key: KeyObject, bytes: Buffer, signature: Buffer): boolean {
  if (signature.length < 4) return false
  const scheme = signature.readUInt16BE(0)
  const value = signature.subarray(4, 4 + signature.readUInt16BE(2))
  const pss = pssHashes[scheme]
  const hash = pss ?? hashes[scheme >> 8]
  const type = pss ? 'rsa' : { 1: 'rsa', 3: 'ec' }[scheme & 255]
  if (hash === undefined || type === undefined || key.asymmetricKeyType !== type) return false
  const padded = pss
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : key
  return verify(hash, bytes, padded, value)
}

/** A certificate's hash and its value, as a=fingerprint has them (RFC 8122 5). */
export interface Fingerprint {
  readonly hash: string
  readonly value: string
}

const known: Readonly<Record<string, string>> = {
  'sha-1': 'sha1',
  'sha-224': 'sha224',
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
}

/** Why a certificate is none of those that were announced, a clause; null where it is one. */
export function fingerprintFault(certificate: Buffer, announced: readonly Fingerprint[]): string | null {
  const usable = announced.filter(({ hash }) => Object.hasOwn(known, hash))
  if (usable.length === 0) return 'its description announces no fingerprint that can be checked'
  const of = (hash: string) => createHash(known[hash]!).update(certificate).digest('hex').toUpperCase()
  if (usable.some(({ hash, value }) => of(hash) === value.replaceAll(':', '').toUpperCase())) return null
  const { hash, value } = usable[0]!
  const shown = (hex: string) => `${hex.slice(0, 8).replace(/(..)(?=.)/g, '$1:')}…`
  return (
    `its certificate is not the one that its description announces: ${hash} ${shown(of(hash))} came, ` +
    `${shown(value.replaceAll(':', '').toUpperCase())} was announced`
  )
}
