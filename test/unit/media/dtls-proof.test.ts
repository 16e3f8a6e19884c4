import { createHash, createHmac, generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { ownCertificate } from '../../../electron/engine/media/transport/dtls/certificate.ts'
import {
  finishedFault,
  fingerprintFault,
  proofFault,
  type Proven,
} from '../../../electron/engine/media/transport/dtls/proof.ts'

const randoms = { clientRandom: Buffer.alloc(32, 1), serverRandom: Buffer.alloc(32, 2) }
const publicKey = Buffer.alloc(65, 4)
const ecdsaSha256 = [4, 3]

let certificate: Buffer
let key: string
beforeAll(async () => {
  const own = await ownCertificate()
  certificate = new X509Certificate(own.cert).raw
  key = own.key
})

const message = (type: number, body: Buffer) => ({ type, body, whole: Buffer.concat([Buffer.from([type]), body]) })
const signed = (bytes: Buffer, by = key) => {
  const signature = sign('sha256', bytes, by)
  return Buffer.concat([Buffer.from([...ecdsaSha256, 0, signature.length]), signature])
}
const parameters = Buffer.concat([Buffer.from([3, 0, 23, 65]), publicKey])
const exchange = (by = key) =>
  message(
    12,
    Buffer.concat([parameters, signed(Buffer.concat([randoms.clientRandom, randoms.serverRandom, parameters]), by)]),
  )
const stranger = () =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey

describe('a server of DTLS', () => {
  const proven = (more: Partial<Proven> = {}): Proven => ({
    ...randoms,
    role: 'client',
    messages: [exchange()],
    certificate,
    publicKey,
    ...more,
  })

  it('is believed where the key of its certificate signed the key exchange', () => {
    expect(proofFault(proven())).toBeNull()
  })

  it('is not believed that shows the certificate of another and signs with its own key', () => {
    expect(proofFault(proven({ messages: [exchange(stranger())] }))).toContain('signature')
  })

  it('is not believed with a key that was not signed, with other randoms, or without a key exchange', () => {
    expect(proofFault(proven({ publicKey: Buffer.alloc(65, 9) }))).toContain('another key')
    expect(proofFault(proven({ serverRandom: Buffer.alloc(32, 3) }))).toContain('signature')
    expect(proofFault(proven({ messages: [] }))).toContain('not whole')
    expect(proofFault(proven({ messages: [message(12, parameters)] }))).toContain('not whole')
  })
})

describe('a client of DTLS', () => {
  const hello = message(1, Buffer.from('hello'))
  const clientKey = message(16, Buffer.concat([Buffer.from([65]), publicKey]))
  const before = [hello, clientKey]
  const verify = (by = key, of = before) => message(15, signed(Buffer.concat(of.map(({ whole }) => whole)), by))
  const proven = (more: Partial<Proven> = {}): Proven => ({
    ...randoms,
    role: 'server',
    messages: [...before, verify()],
    certificate,
    publicKey,
    ...more,
  })

  it('is believed where the key of its certificate signed the handshake', () => {
    expect(proofFault(proven())).toBeNull()
  })

  it('is not believed that shows the certificate of another, signs another handshake, or none', () => {
    expect(proofFault(proven({ messages: [...before, verify(stranger())] }))).toContain('signature')
    expect(proofFault(proven({ messages: [...before, verify(key, [clientKey])] }))).toContain('signature')
    expect(proofFault(proven({ messages: before }))).toContain('did not sign')
    expect(proofFault(proven({ publicKey: Buffer.alloc(65, 9) }))).toContain('another key')
  })
})

describe('the Finished of the peer', () => {
  const masterSecret = Buffer.alloc(48, 7)
  const messages = [message(1, Buffer.from('hello')), message(2, Buffer.from('server hello'))]
  const ours = message(20, Buffer.alloc(12, 5))
  const of = (label: string, seen: readonly { readonly whole: Buffer }[]) => {
    const hash = createHash('sha256')
      .update(Buffer.concat(seen.map(({ whole }) => whole)))
      .digest()
    const seed = Buffer.concat([Buffer.from(label), hash])
    const first = createHmac('sha256', masterSecret).update(seed).digest()
    return createHmac('sha256', masterSecret)
      .update(Buffer.concat([first, seed]))
      .digest()
      .subarray(0, 12)
  }

  it('is that of the handshake that was seen here, of a server about the Finished of the client too', () => {
    const all = [...messages, ours]
    const server = { role: 'client' as const, messages: all, masterSecret, finished: of('server finished', all) }
    expect(finishedFault(server)).toBeNull()
    expect(finishedFault({ ...server, messages })).toContain('Finished')
    const theirs = of('client finished', messages)
    const client = { role: 'server' as const, masterSecret, finished: theirs }
    expect(finishedFault({ ...client, messages: [...messages, message(20, theirs)] })).toBeNull()
  })

  it('is a fault where a hello was changed on the way, another side wrote it, or none came', () => {
    const finished = of('client finished', messages)
    const client = { role: 'server' as const, messages, masterSecret, finished }
    expect(finishedFault(client)).toBeNull()
    const changed = [message(1, Buffer.from('jello')), messages[1]!]
    for (const wrong of [{ messages: changed }, { finished: null }, { finished: of('server finished', messages) }])
      expect(finishedFault({ ...client, ...wrong })).toContain('somebody changed it on the way')
    expect(finishedFault({ ...client, finished: finished.subarray(0, 11) })).toContain('Finished')
  })
})

describe('the fingerprint of a certificate', () => {
  const of = (hash: string) => createHash(hash).update(certificate).digest('hex').toUpperCase()
  const colons = (hex: string) => hex.replace(/(..)(?=.)/g, '$1:')

  it('is met in any spelling, and by one of several', () => {
    expect(fingerprintFault(certificate, [{ hash: 'sha-256', value: colons(of('sha256')) }])).toBeNull()
    expect(fingerprintFault(certificate, [{ hash: 'sha-1', value: of('sha1').toLowerCase() }])).toBeNull()
    const wrong = { hash: 'sha-256', value: 'AA:BB' }
    expect(fingerprintFault(certificate, [wrong, { hash: 'sha-512', value: of('sha512') }])).toBeNull()
  })

  it('is a fault where it is another, naming both, and where no hash is known', () => {
    expect(fingerprintFault(certificate, [{ hash: 'sha-256', value: 'AA:BB:CC:DD:EE' }])).toMatch(
      /sha-256 \S+… came, AA:BB:CC:DD… was announced/,
    )
    expect(fingerprintFault(certificate, [{ hash: 'md5', value: 'AA' }])).toContain(
      'no fingerprint that can be checked',
    )
  })
})
