import { describe, expect, it } from 'vitest'
import { SessionCrypto } from '../../../electron/engine/media/transport/keys.ts'
import { answeredKey, usableKey } from '../../../electron/engine/srtp/sdes-key.ts'
import { SrtpContext, crypt, rtpClearBytes, sessionKeys, type SrtpSuite } from '../../../electron/engine/srtp/srtp.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { predictableRandom } from '../../harness/random.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6')
const suite: SrtpSuite = 'AES_CM_128_HMAC_SHA1_80'

describe('known answers of RFC 3711', () => {
  it('B.2: the keystream of AES counter mode', () => {
    const keys = { cipher: hex('2B7E151628AED2A6ABF7158809CF4F3C'), salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD') }
    const keystream = crypt(keys, 0, 0, new Uint8Array(0xff02 * 16))
    const block = (n: number) =>
      keystream
        .subarray(n * 16, n * 16 + 16)
        .toString('hex')
        .toUpperCase()
    expect([0, 1, 2].map(block)).toEqual([
      'E03EAD0935C95E80E166B16DD92B4EB4',
      'D23513162B02D0F72A43A2FE4A5F97AB',
      '41E95B3BB0A2E8DD477901E4FCA894C0',
    ])
    expect([0xfeff, 0xff00, 0xff01].map(block)).toEqual([
      'EC8CDF7398607CB0F2D21675EA9EA1E4',
      '362B7C3C6773516318A077D7FC5073AE',
      '6A2CC3787889374FBEB4C81B17BA6C44',
    ])
  })

  it('B.3: the session keys of a master key and salt', () => {
    const { cipher, salt, auth } = sessionKeys(master, 'rtp')
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
    expect([cipher, salt, auth].map(text)).toEqual([
      'C61E7A93744F39EE10734AFE3FF7A087',
      '30CBBC08863D8C85D49DB34A9AE1',
      'CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4',
    ])
  })
})

describe('SRTP, whatever comes', () => {
  const random = predictableRandom(7)
  const below = (n: number) => random.uint32() % n

  function rtp(sequence: number, ssrc: number): Uint8Array {
    const csrcs = below(4) === 0 ? 1 + below(15) : 0
    const extension = below(4) === 0 ? 4 + 4 * below(4) : 0
    const header = rtpHeaderBytes + csrcs * 4 + extension
    const packet = Uint8Array.from(random.bytes(header + below(200)))
    writeRtpHeader(packet, below(128), below(2) === 0, sequence, random.uint32(), ssrc)
    packet[0] = 0x80 | csrcs | (extension ? 0x10 : 0)
    if (extension) packet.set([0xbe, 0xde, 0, extension / 4 - 1], rtpHeaderBytes + csrcs * 4)
    return packet
  }

  it.each(['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'] as const)(
    '%s opens each genuine packet once over rollovers, loss, disorder and repeats, and nothing else',
    (name) => {
      const key = random.bytes(30)
      const seal = new SrtpContext(name, key)
      const open = new SrtpContext(name, key)
      let index = 65_000
      for (let round = 0; round < 30; round++) {
        index += below(6000)
        const batch = Array.from({ length: 60 }, () => {
          index += 1 + below(4)
          const packet = rtp(index & 0xffff, 0xcafe)
          return {
            packet,
            sequence: index & 0xffff,
            sealed: seal.protectRtp(packet, rtpClearBytes(packet)!, 0xcafe, index & 0xffff),
          }
        })
        // Neighbours change places.
        for (let i = 0; i + 4 < batch.length; i += 5) [batch[i], batch[i + 3]] = [batch[i + 3]!, batch[i]!]
        for (const { packet, sequence, sealed } of batch) {
          const tries = [
            flipped(sealed),
            sealed.subarray(0, below(sealed.length)),
            Buffer.concat([sealed, random.bytes(1)]),
          ]
          for (const bad of tries) {
            const clearBytes = rtpClearBytes(bad)
            if (clearBytes !== null)
              expect(typeof open.unprotectRtp(bad, clearBytes, 0xcafe, (bad[2]! << 8) | bad[3]!)).toBe('string')
          }
          expect(open.unprotectRtp(sealed, rtpClearBytes(sealed)!, 0xcafe, sequence)).toEqual(Buffer.from(packet))
          expect(open.unprotectRtp(sealed, rtpClearBytes(sealed)!, 0xcafe, sequence)).toBe('replayed')
        }
      }
      expect(index).toBeGreaterThan(2 * 65_536)
    },
  )

  /** One bit changed: in the header, the payload or the tag. */
  function flipped(sealed: Uint8Array): Uint8Array {
    const bad = Uint8Array.from(sealed)
    const at = below(bad.length)
    bad[at] = bad[at]! ^ (1 << below(8))
    return bad
  }

  it('opens each genuine report once, however often it comes and whatever is changed of it', () => {
    const seal = new SrtpContext(suite, master)
    const open = new SrtpContext(suite, master)
    for (let i = 0; i < 500; i++) {
      const report = Uint8Array.from(random.bytes(8 + below(100)))
      report.set([0x80, 201, 0, 1], 0)
      report.set([0, 0, 0, 1 + below(3)], 4)
      const sealed = seal.protectRtcp(report)
      expect(typeof open.unprotectRtcp(flipped(sealed))).toBe('string')
      expect(typeof open.unprotectRtcp(sealed.subarray(0, below(sealed.length)))).toBe('string')
      expect(open.unprotectRtcp(sealed)).toEqual(Buffer.from(report))
      expect(open.unprotectRtcp(sealed)).toBe('replayed')
    }
  })

  it('takes what was overtaken at the edge of a rollover, and what is too old as replayed', () => {
    const seal = new SrtpContext(suite, master)
    const open = new SrtpContext(suite, master)
    const sealed = new Map<number, Buffer>()
    for (let index = 65_400; index < 65_700; index++) {
      const packet = rtp(index & 0xffff, 1)
      sealed.set(index, seal.protectRtp(packet, rtpClearBytes(packet)!, 1, index & 0xffff))
    }
    const opens = (index: number) =>
      typeof open.unprotectRtp(sealed.get(index)!, rtpClearBytes(sealed.get(index)!)!, 1, index & 0xffff) !== 'string'
    expect([65_400, 65_560, 65_535, 65_536, 65_433].map(opens)).toEqual([true, true, true, true, true])
    expect([65_432, 65_401, 65_535, 65_560].map(opens)).toEqual([false, false, false, false])
    expect(opens(65_561)).toBe(true)
  })

  it('keeps no state for what does not authenticate, and of no more than 16 streams of what does', () => {
    const seal = new SrtpContext(suite, master)
    const open = new SrtpContext(suite, master)
    const packets = Array.from({ length: 17 }, (_, ssrc) => {
      const packet = rtp(1000, ssrc)
      return { ssrc, bytes: seal.protectRtp(packet, rtpClearBytes(packet)!, ssrc, 1000) }
    })
    const take = ({ ssrc, bytes }: (typeof packets)[number]) =>
      open.unprotectRtp(bytes, rtpClearBytes(bytes)!, ssrc, 1000)
    for (const packet of packets.slice(0, 16)) take(packet)
    for (let i = 0; i < 1000; i++) {
      const garbage = rtp(below(65_536), random.uint32())
      expect(typeof open.unprotectRtp(garbage, rtpClearBytes(garbage)!, random.uint32(), 5)).toBe('string')
    }
    // All sixteen are remembered still.
    for (const packet of packets.slice(0, 16)) expect(take(packet)).toBe('replayed')
    expect(typeof take(packets[16]!)).toBe('object')
    expect(typeof take(packets[0]!)).toBe('object')
    expect(take(packets[16]!)).toBe('replayed')
  })
})

describe('the keys of a session', () => {
  it('use no index twice when a key comes again, with either suite', () => {
    const keys = new SessionCrypto()
    const packet = new Uint8Array(172)
    const used = new Set<string>()
    const send = (of: SrtpSuite, sequence: number) => {
      const context = keys.sender(of, master)
      writeRtpHeader(packet, 0, false, sequence, 0, 1)
      const keystream = context
        .protectRtp(packet, rtpHeaderBytes, 1, sequence)
        .subarray(rtpHeaderBytes, 172)
        .toString('hex')
      expect(used.has(keystream)).toBe(false)
      used.add(keystream)
    }
    for (const sequence of [65_534, 65_535, 0, 1]) send(suite, sequence)
    keys.sender(suite, new Uint8Array(30))
    for (const sequence of [2, 3]) send('AES_CM_128_HMAC_SHA1_32', sequence)
    // Numbers that do not go forward have gone round.
    for (const sequence of [65_534, 65_535, 0, 1, 2]) send(suite, sequence)
  })

  it('remember what was received with each key', () => {
    const keys = new SessionCrypto()
    const sealed = new SrtpContext(suite, master).protectRtp(new Uint8Array(172).fill(0x80, 0, 1), rtpHeaderBytes, 0, 0)
    expect(typeof keys.receiver(suite, master).unprotectRtp(sealed, rtpHeaderBytes, 0, 0)).toBe('object')
    keys.receiver(suite, new Uint8Array(30))
    expect(keys.receiver(suite, master).unprotectRtp(sealed, rtpHeaderBytes, 0, 0)).toBe('replayed')
  })

  it('are bounded', () => {
    const keys = new SessionCrypto()
    const first = keys.receiver(suite, master)
    for (let i = 0; i < 100; i++) keys.receiver(suite, new Uint8Array(30).fill(i))
    expect(keys.receiver(suite, master)).not.toBe(first)
  })
})

describe('a=crypto', () => {
  const key = Buffer.from(master).toString('base64')
  const line = (
    keyParams: string,
    { tag = 1, name = suite as string, sessionParams = null as string | null } = {},
  ) => ({ tag, suite: name, keyParams, sessionParams })

  it.each([
    ['a plain key', line(`inline:${key}`)],
    ['a lifetime as a power', line(`inline:${key}|2^20`)],
    ['a lifetime in packets', line(`inline:${key}|1048576`)],
    ['a suite in small letters', line(`inline:${key}`, { name: 'aes_cm_128_hmac_sha1_32' })],
    ['a window size hint', line(`inline:${key}`, { sessionParams: 'WSH=64' })],
    ['an optional parameter that nobody knows', line(`inline:${key}`, { sessionParams: '-NEW=1' })],
  ])('is usable with %s', (_name, attribute) =>
    expect(usableKey([attribute])).toMatchObject({ tag: 1, master: Uint8Array.from(master) }),
  )

  it.each([
    ['a master key identifier', line(`inline:${key}|2^20|1:4`), /MKI/],
    ['a master key identifier without lifetime', line(`inline:${key}|1:32`), /MKI/],
    ['two keys', line(`inline:${key}|1:4;inline:${key}|2:4`), /several keys/],
    ['payload in clear', line(`inline:${key}`, { sessionParams: 'UNENCRYPTED_SRTP' }), /UNENCRYPTED_SRTP/],
    ['reports in clear', line(`inline:${key}`, { sessionParams: 'WSH=64 UNENCRYPTED_SRTCP' }), /UNENCRYPTED_SRTCP/],
    ['no authentication', line(`inline:${key}`, { sessionParams: 'UNAUTHENTICATED_SRTP' }), /UNAUTHENTICATED_SRTP/],
    ['a key derivation rate', line(`inline:${key}`, { sessionParams: 'KDR=10' }), /KDR=10/],
    ['error correction', line(`inline:${key}`, { sessionParams: 'FEC_ORDER=FEC_SRTP' }), /FEC_ORDER/],
    [
      'another suite',
      line(`inline:${key}`, { name: 'AES_256_CM_HMAC_SHA1_80' }),
      /AES_256_CM_HMAC_SHA1_80 is not spoken/,
    ],
    ['a suite named like a property', line(`inline:${key}`, { name: 'constructor' }), /constructor is not spoken/],
    ['a key that is too short', line(`inline:${key.slice(0, 36)}`), /not 30 bytes/],
    ['a key that is too long', line(`inline:${key}AAAA`), /not 30 bytes/],
    ['a key that is no base64', line(`inline:${'?'.repeat(40)}`), /not 30 bytes/],
    ['no inline key', line('uri:https://example.com/key'), /not inline/],
    ['a lifetime that is none', line(`inline:${key}|soon`), /lifetime/],
    ['a tag that is no number', line(`inline:${key}`, { tag: Number.NaN }), /tag is no number/],
  ])('is not usable with %s', (_name, attribute, text) => expect(usableKey([attribute])).toMatch(text))

  it('is taken from the first line that can be honoured; a tag that stands twice says nothing', () => {
    expect(usableKey([line('inline:short'), line(`inline:${key}`, { tag: 2 })])).toMatchObject({ tag: 2 })
    expect(usableKey([line(`inline:${key}`), line(`inline:${key}`)])).toMatch(/twice/)
    expect(usableKey([])).toBe('no a=crypto')
  })

  it('of an answer must be the one that was offered', () => {
    const offered = { tag: 1, suite }
    expect(answeredKey([line(`inline:${key}`)], offered)).toMatchObject({ tag: 1 })
    expect(answeredKey([line(`inline:${key}`, { tag: 2 })], offered)).toMatch(
      /a=crypto:2 AES_CM_128_HMAC_SHA1_80 was answered, a=crypto:1 AES_CM_128_HMAC_SHA1_80 was offered/,
    )
    expect(answeredKey([line(`inline:${key}`, { name: 'AES_CM_128_HMAC_SHA1_32' })], offered)).toMatch(
      /_32 was answered/,
    )
  })
})
