import { describe, expect, it } from 'vitest'
import { SessionCrypto } from '../../../electron/engine/media/transport/keys.ts'
import { Rollovers, SrtpContext, rtpClearBytes } from '../../../electron/engine/srtp/srtp.ts'
import { masterBytes } from '../../../electron/engine/srtp/suites.ts'
import { srtpSuites, type SrtpSuite } from '../../../shared/model/encryption.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { predictableRandom } from '../../harness/random.ts'

const master = Buffer.from('E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6', 'hex')
const suite: SrtpSuite = 'AES_CM_128_HMAC_SHA1_80'
const mki = new Uint8Array(0)

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
