import { describe, expect, it } from 'vitest'
import { SessionCrypto } from '../../../electron/engine/media/transport/keys.ts'
import { answeredKey, usableKey } from '../../../electron/engine/srtp/sdes-key.ts'
import { crypt } from '../../../electron/engine/srtp/counter-mode.ts'
import { Gcm } from '../../../electron/engine/srtp/gcm.ts'
import { sessionKeys } from '../../../electron/engine/srtp/session-keys.ts'
import { Rollovers, SrtpContext, rtpClearBytes } from '../../../electron/engine/srtp/srtp.ts'
import { masterBytes, suiteNamed } from '../../../electron/engine/srtp/suites.ts'
import { srtpSuites, type SrtpSuite } from '../../../shared/model/encryption.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { predictableRandom } from '../../harness/random.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6')
const suite: SrtpSuite = 'AES_CM_128_HMAC_SHA1_80'
const mki = new Uint8Array(0)
const small = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

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
    const { cipher, salt, auth } = sessionKeys(suite, master, 'rtp')
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
    expect([cipher, salt, auth].map(text)).toEqual([
      'C61E7A93744F39EE10734AFE3FF7A087',
      '30CBBC08863D8C85D49DB34A9AE1',
      'CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4',
    ])
  })
})

describe('known answers of RFC 6188', () => {
  it('7.1: the keystream of AES-256 counter mode', () => {
    const keys = {
      cipher: hex('57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98'),
      salt: hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd'),
    }
    const keystream = crypt(keys, 0, 0, new Uint8Array(0xff02 * 16))
    expect([0, 1, 2, 0xfeff, 0xff00, 0xff01].map((n) => small(keystream.subarray(n * 16, n * 16 + 16)))).toEqual([
      '92bdd28a93c3f52511c677d08b5515a4',
      '9da71b2378a854f67050756ded165bac',
      '63c4868b7096d88421b563b8c94c9a31',
      'cea518c90fd91ced9cbb18c078a54711',
      '3dbc4814f4da5f00a08772b63c6a046d',
      '6eb246913062a16891433e97dd01a57f',
    ])
  })

  it('7.2: the session keys of a master key of 256 bits', () => {
    const long = hex('f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2')
    const { cipher, salt, auth } = sessionKeys('AES_256_CM_HMAC_SHA1_80', long, 'rtp')
    expect([cipher, salt, auth].map(small)).toEqual([
      '5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4',
      'fa31791685ca444a9e07c6c64e93',
      'fd9c32d39ed5fbb5a9dc96b30818454d1313dc05',
    ])
  })
})

describe('known answers of RFC 7714', () => {
  const gcm = (bytes: number) => {
    const keys = {
      cipher: Uint8Array.from({ length: bytes }, (_, i) => i),
      auth: new Uint8Array(0),
      salt: hex('517569642070726f2071756f'),
    }
    return new Gcm(keys, keys)
  }
  const rtp = hex(
    '8040f17b8041f8d35501a0b2 47616c6c696120657374206f6d6e6973206469766973 6120696e207061727465732074726573',
  )
  const rtcp = hex(
    '81c8000d4d617273 4e5450314e545032525450200000042a0000e9304c756e61 deadbeefdeadbeefdeadbeefdeadbeefdeadbeef',
  )
  const sealedRtp = (bytes: number) =>
    bytes === 16
      ? '8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833' +
        '899d7f27beb16a9152cf765ee4390cce'
      : '8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b' +
        '7aa3db36dfffd6b0f9bb7878d7a76c13'
  const sealedRtcp = (bytes: number) =>
    bytes === 16
      ? '81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b' +
        'c84aa45896cf4d2fc5abf87245d9eade800005d4'
      : '81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad' +
        '1d1eb30c4446839f57ff6f6cb26ac3be800005d4'

  it.each([16, 32])('16: a packet of RTP with a key of %i bytes, both ways', (bytes) => {
    expect(small(gcm(bytes).sealRtp(rtp, 12, 0x5501a0b2, 0xf17b))).toBe(sealedRtp(bytes))
    expect(gcm(bytes).openRtp(hex(sealedRtp(bytes)), 12, 0x5501a0b2, 0xf17b)).toEqual(rtp)
  })

  it.each([16, 32])('17: a report with a key of %i bytes, both ways', (bytes) => {
    const word = 0x800005d4
    expect(small(gcm(bytes).sealRtcp(rtcp, 0x4d617273, word))).toBe(sealedRtcp(bytes))
    const sealed = hex(sealedRtcp(bytes))
    expect(gcm(bytes).rtcpWord(sealed)).toBe(word)
    expect(gcm(bytes).openRtcp(sealed, 0x4d617273, word)).toEqual(rtcp)
  })

  it('17.3: a report that is authenticated only', () => {
    const tagged = Buffer.concat([rtcp, hex('841dd9683dd78ec92ae58790125f62b3 000005d4')])
    expect(gcm(16).openRtcp(tagged, 0x4d617273, 0x5d4)).toEqual(rtcp)
    tagged[20]! ^= 1
    expect(gcm(16).openRtcp(tagged, 0x4d617273, 0x5d4)).toBeNull()
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

  it.each(srtpSuites)(
    '%s opens each genuine packet once over rollovers, loss, disorder and repeats, and nothing else',
    (name) => {
      const key = random.bytes(masterBytes(name))
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

  it.each(srtpSuites)('%s opens each report once, however often it comes and whatever is changed of it', (name) => {
    const key = random.bytes(masterBytes(name))
    const seal = new SrtpContext(name, key)
    const open = new SrtpContext(name, key)
    for (let i = 0; i < 200; i++) {
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
    expect(typeof keys.receiver(suite, { master, mki }).unprotectRtp(sealed, rtpHeaderBytes, 0, 0)).toBe('object')
    keys.receiver(suite, { master: new Uint8Array(30), mki })
    expect(keys.receiver(suite, { master, mki }).unprotectRtp(sealed, rtpHeaderBytes, 0, 0)).toBe('replayed')
  })

  it('are bounded', () => {
    const keys = new SessionCrypto()
    const first = keys.receiver(suite, { master, mki })
    for (let i = 0; i < 100; i++) keys.receiver(suite, { master: new Uint8Array(30).fill(i), mki })
    expect(keys.receiver(suite, { master, mki })).not.toBe(first)
  })
})

describe('master key identifiers', () => {
  const names = [Uint8Array.of(0, 0, 0, 1), Uint8Array.of(0, 0, 0, 2)]
  it.each(srtpSuites)('of %s stand in each packet, tell which key is used, and are no part of it', (name) => {
    const keys = [1, 2].map((n) => Buffer.alloc(masterBytes(name), n))
    const seal = keys.map((key, i) => new SrtpContext(name, key, { mki: names[i]! }))
    const crypto = new SessionCrypto()
    const open = keys.map((key, i) => crypto.receiver(name, { master: key, mki: names[i]! }))
    const packet = Buffer.alloc(172, 0x5a)
    writeRtpHeader(packet, 0, false, 9, 0, 1)
    const report = Buffer.from('80c9000100000001', 'hex')
    for (const i of [0, 1]) {
      const sealed = seal[i]!.protectRtp(packet, rtpHeaderBytes, 1, 9)
      const plain = new SrtpContext(name, keys[i]!).protectRtp(packet, rtpHeaderBytes, 1, 9)
      expect(sealed).toHaveLength(plain.length + 4)
      expect(open[1 - i]!.unprotectRtp(sealed, rtpHeaderBytes, 1, 9)).toBe('authentication failed')
      expect(open[i]!.unprotectRtp(plain, rtpHeaderBytes, 1, 9)).toBe('authentication failed')
      expect(open[i]!.unprotectRtp(sealed, rtpHeaderBytes, 1, 9)).toEqual(packet)
      expect(open[i]!.unprotectRtcp(seal[i]!.protectRtcp(report))).toEqual(report)
    }
  })
})

describe('the rollover counter', () => {
  const packet = new Uint8Array(172)
  const seal = (context: SrtpContext, sequence: number) => {
    writeRtpHeader(packet, 0, false, sequence, 0, 1)
    return context.protectRtp(packet, rtpHeaderBytes, 1, sequence)
  }
  const isOpen = (context: SrtpContext, bytes: Buffer, sequence: number) =>
    typeof context.unprotectRtp(bytes, rtpHeaderBytes, 1, sequence) !== 'string'

  it('goes on with a new key, or begins again: both are opened', () => {
    const other = Buffer.alloc(30, 9)
    for (const goesOn of [true, false]) {
      const keys = new SessionCrypto()
      const [before, after] = [new SrtpContext(suite, master), new SrtpContext(suite, other)]
      for (const sequence of [65_000, 65_535, 0, 1])
        expect(isOpen(keys.receiver(suite, { master, mki }), seal(before, sequence), sequence)).toBe(true)
      if (goesOn) for (const sequence of [65_000, 0]) seal(after, sequence)
      for (const sequence of [2, 3, 4])
        expect(isOpen(keys.receiver(suite, { master: other, mki }), seal(after, sequence), sequence)).toBe(true)
    }
  })

  it('is tried out by who listens in later, and by nobody else', () => {
    const sender = new SrtpContext(suite, master)
    for (const sequence of [0, 65_535, 0, 65_535, 0]) seal(sender, sequence)
    const late = seal(sender, 700)
    expect(isOpen(new SrtpContext(suite, master), late, 700)).toBe(false)
    expect(isOpen(new SrtpContext(suite, master, { rollovers: new Rollovers(), firstRollovers: 3 }), late, 700)).toBe(
      true,
    )
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
    expect(usableKey([attribute])).toMatchObject({ tag: 1, keys: [{ master: Uint8Array.from(master) }] }),
  )

  it.each([
    ['an identifier of no bytes', line(`inline:${key}|2^20|1:0`), /MKI.* 1 to 128 bytes/],
    ['an identifier of too many bytes', line(`inline:${key}|1:129`), /MKI.* 1 to 128 bytes/],
    ['an identifier that does not fit its bytes', line(`inline:${key}|256:1`), /MKI.* 1 to 128 bytes/],
    ['an identifier that is no number', line(`inline:${key}|one:4`), /MKI.* 1 to 128 bytes/],
    ['two keys without identifiers', line(`inline:${key};inline:${key}`), /several keys/],
    ['two keys with identifiers of two lengths', line(`inline:${key}|1:4;inline:${key}|2:2`), /several keys/],
    ['more keys than anyone has', line(Array(17).fill(`inline:${key}|1:1`).join(';')), /more than 16 keys/],
    ['payload in clear', line(`inline:${key}`, { sessionParams: 'UNENCRYPTED_SRTP' }), /UNENCRYPTED_SRTP/],
    ['reports in clear', line(`inline:${key}`, { sessionParams: 'WSH=64 UNENCRYPTED_SRTCP' }), /UNENCRYPTED_SRTCP/],
    ['no authentication', line(`inline:${key}`, { sessionParams: 'UNAUTHENTICATED_SRTP' }), /UNAUTHENTICATED_SRTP/],
    ['a key derivation rate', line(`inline:${key}`, { sessionParams: 'KDR=10' }), /KDR=10/],
    ['error correction', line(`inline:${key}`, { sessionParams: 'FEC_ORDER=FEC_SRTP' }), /FEC_ORDER/],
    ['another suite', line(`inline:${key}`, { name: 'F8_128_HMAC_SHA1_80' }), /F8_128_HMAC_SHA1_80 is not spoken/],
    ['a key of 16 bytes where 32 are due', line(`inline:${key}`, { name: 'AES_256_CM_HMAC_SHA1_80' }), /not 46 bytes/],
    ['a suite named like a property', line(`inline:${key}`, { name: 'constructor' }), /constructor is not spoken/],
    ['a key that is too short', line(`inline:${key.slice(0, 36)}`), /not 30 bytes/],
    ['a key that is too long', line(`inline:${key}AAAA`), /not 30 bytes/],
    ['a key that is no base64', line(`inline:${'?'.repeat(40)}`), /not 30 bytes/],
    ['no inline key', line('uri:https://example.com/key'), /not inline/],
    ['a lifetime that is none', line(`inline:${key}|soon`), /lifetime/],
    ['a tag that is no number', line(`inline:${key}`, { tag: Number.NaN }), /tag is no number/],
  ])('is not usable with %s', (_name, attribute, text) => expect(usableKey([attribute])).toMatch(text))

  it.each([
    ['one byte', `inline:${key}|1:1`, ['01']],
    ['four bytes and a lifetime', `inline:${key}|2^20|66:4`, ['00000042']],
    ['several', `inline:${key}|2^20|1:2;inline:${key}|2^20|258:2`, ['0001', '0102']],
  ])('may name its master keys: an identifier of %s', (_name, keyParams, identifiers) => {
    const read = usableKey([line(keyParams)])
    expect(typeof read === 'string' ? read : read.keys.map((one) => small(one.mki))).toEqual(identifiers)
  })

  it.each(srtpSuites)('has keys of the length of %s, with and without padding', (name) => {
    const long = Buffer.alloc(masterBytes(name), 7)
    for (const text of [long.toString('base64'), long.toString('base64').replaceAll('=', '')])
      expect(usableKey([line(`inline:${text}`, { name })])).toMatchObject({
        suite: name,
        keys: [{ master: Uint8Array.from(long) }],
      })
    expect(usableKey([line(`inline:${long.toString('base64')}`, { name })], [suite])).toEqual(
      name === suite ? expect.anything() : expect.stringMatching(/is not spoken here/),
    )
  })

  it('names its suite as drafts did, too, and its answer repeats that name', () => {
    const text = Buffer.alloc(46, 1).toString('base64')
    expect(usableKey([line(`inline:${text}`, { name: 'AES_CM_256_HMAC_SHA1_80' })])).toMatchObject({
      suite: 'AES_256_CM_HMAC_SHA1_80',
      suiteName: 'AES_CM_256_HMAC_SHA1_80',
    })
    expect(suiteNamed('AES_CM_256_HMAC_SHA1_8')).toBeNull()
  })

  it('is taken from the first line that can be honoured; a tag that stands twice says nothing', () => {
    expect(usableKey([line('inline:short'), line(`inline:${key}`, { tag: 2 })])).toMatchObject({ tag: 2 })
    expect(usableKey([line(`inline:${key}`), line(`inline:${key}`)])).toMatch(/twice/)
    expect(usableKey([])).toBe('no a=crypto')
  })

  it('of an answer must be the one that was offered', () => {
    const offered = [{ tag: 1, suite }]
    expect(answeredKey([line(`inline:${key}`)], offered)).toMatchObject({ tag: 1 })
    expect(answeredKey([line(`inline:${key}`, { tag: 2 })], offered)).toMatch(
      /a=crypto:2 AES_CM_128_HMAC_SHA1_80 was answered, a=crypto:1 AES_CM_128_HMAC_SHA1_80 was offered/,
    )
    expect(answeredKey([line(`inline:${key}`, { name: 'AES_CM_128_HMAC_SHA1_32' })], offered)).toMatch(
      /_32 was answered/,
    )
  })
})
