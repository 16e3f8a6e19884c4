import { describe, expect, it } from 'vitest'
import { answeredKey, usableKey } from '../../../electron/engine/srtp/sdes-key.ts'
import { masterBytes, suiteNamed } from '../../../electron/engine/srtp/suites.ts'
import { srtpSuites, type SrtpSuite } from '../../../shared/model/encryption.ts'

const small = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const master = Buffer.from('E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6', 'hex')
const suite: SrtpSuite = 'AES_CM_128_HMAC_SHA1_80'

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
