import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { crypt } from '../../../electron/engine/srtp/counter-mode.ts'
import { Gcm } from '../../../electron/engine/srtp/gcm.ts'
import { sessionKeys } from '../../../electron/engine/srtp/session-keys.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
const key = (text: string) => createSecretKey(hex(text))
const small = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6')
const suite = 'AES_CM_128_HMAC_SHA1_80'

describe('known answers of RFC 3711', () => {
  it('B.2: the keystream of AES counter mode', () => {
    const keys = { cipher: key('2B7E151628AED2A6ABF7158809CF4F3C'), salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD') }
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
    expect([cipher.export(), salt, auth.export()].map(text)).toEqual([
      'C61E7A93744F39EE10734AFE3FF7A087',
      '30CBBC08863D8C85D49DB34A9AE1',
      'CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4',
    ])
  })
})

describe('known answers of RFC 6188', () => {
  it('7.1: the keystream of AES-256 counter mode', () => {
    const keys = {
      cipher: key('57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98'),
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
    expect([cipher.export(), salt, auth.export()].map(small)).toEqual([
      '5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4',
      'fa31791685ca444a9e07c6c64e93',
      'fd9c32d39ed5fbb5a9dc96b30818454d1313dc05',
    ])
  })
})

describe('known answers of RFC 7714', () => {
  const gcm = (bytes: number) => {
    const keys = {
      cipher: createSecretKey(Uint8Array.from({ length: bytes }, (_, i) => i)),
      auth: createSecretKey(new Uint8Array(20)),
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
