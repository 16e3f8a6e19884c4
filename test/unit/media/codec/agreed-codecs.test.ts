import { describe, expect, it } from 'vitest'
import { isRefusal, makeAnswer, readAnswer } from '../../../../electron/engine/media/session/negotiate.ts'
import { makeOffer } from '../../../../electron/engine/media/session/offer.ts'
import { codecNames } from '../../../../shared/model/codecs.ts'
import { parseSdp, writeSdp, type SessionDescription } from '../../../../shared/wire/sdp/sdp.ts'
import { clearMedia, theirMedia } from '../../../harness/media-bench.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n'
function session(types: string, ...attributes: string[]): SessionDescription {
  const lines = [`m=audio 4000 RTP/AVP ${types}`, ...attributes.map((line) => `a=${line}`)]
  const parsed = parseSdp(`${head}${lines.join('\r\n')}\r\n`)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}
const answerTo = (offer: SessionDescription, ...codecs: string[]) => {
  const result = makeAnswer(offer, clearMedia(...codecs))
  if (isRefusal(result)) throw new Error(result.text)
  return { ...result.negotiated, sdp: writeSdp(result.answer) }
}
const refusalOf = (offer: SessionDescription, ...codecs: string[]) => {
  const result = makeAnswer(offer, clearMedia(...codecs))
  return isRefusal(result) ? result.text : 'accepted'
}

describe('codecs in an offer', () => {
  it('stand in the order that was chosen, with the clocks of their RTP and with what they ask for', () => {
    const sdp = writeSdp(makeOffer(clearMedia('G722', 'opus', 'PCMU')))
    expect(sdp).toContain('RTP/AVP 9 96 0 101 97\r\n')
    expect(sdp).toContain('a=rtpmap:9 G722/8000\r\n')
    expect(sdp).toContain('a=rtpmap:96 opus/48000/2\r\n')
    expect(sdp).toContain('a=fmtp:96 minptime=10;useinbandfec=1\r\n')
    expect(sdp).toContain('a=rtpmap:101 telephone-event/8000\r\na=rtpmap:97 telephone-event/48000\r\n')
  })

  it('of all that there are have numbers of their own', () => {
    const [medium] = makeOffer(clearMedia(...codecNames())).media
    const types = medium!.formats.map(({ payloadType }) => payloadType)
    expect(new Set(types).size).toBe(types.length)
    expect(types.every((type) => type < 128)).toBe(true)
  })

  it('have linear audio at each clock, of which two have a static type', () => {
    const sdp = writeSdp(makeOffer(clearMedia('L16')))
    for (const map of ['96 L16/16000', '97 L16/8000', '98 L16/48000', '11 L16/44100', '10 L16/44100/2'])
      expect(sdp).toContain(`a=rtpmap:${map}\r\n`)
  })

  it('have comfort noise behind what voices are coded in', () =>
    expect(writeSdp(makeOffer(clearMedia('CN', 'PCMA')))).toContain('RTP/AVP 8 13 101\r\n'))
})

describe('codecs in an answer', () => {
  it.each([
    ['opus', '111', 'rtpmap:111 OPUS/48000/2'],
    ['G722', '9', 'rtpmap:9 g722/8000'],
    ['L16', '100', 'rtpmap:100 l16/16000'],
    ['L16', '98', 'rtpmap:98 L16/8000/1'],
  ])('are %s by their names in any case, with the number of the offer', (name, type, map) => {
    const { codec, payloadType, sdp } = answerTo(session(`${type} 0`, map), name, 'PCMU')
    expect(codec.name).toBe(name)
    expect(payloadType).toBe(Number(type))
    expect(sdp).toContain(`RTP/AVP ${type}\r\n`)
  })

  it.each([
    ['0', 'PCMU', 8000, 1],
    ['9', 'G722', 8000, 1],
    ['10', 'L16', 44_100, 2],
    ['11', 'L16', 44_100, 1],
  ])('are known by the static type %s without a=rtpmap', (type, name, rtpClockHz, channels) =>
    expect(answerTo(session(type), name).codec).toMatchObject({ name, rtpClockHz, channels }),
  )

  it('are none for a dynamic type without a=rtpmap, and the next is taken', () => {
    expect(answerTo(session('97 8'), 'opus', 'PCMA').codec.name).toBe('PCMA')
    expect(refusalOf(session('97'), 'opus')).toContain('offered unknown(97), accepted here opus')
  })

  it('are those of one of ten m-lines: each has its place in the answer, and all others are refused', () => {
    const lines = [
      'm=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000',
      'm=audio 0 RTP/AVP 0',
      'm=audio 4004 RTP/AVP 18',
      'm=application 4006 UDP/DTLS/SCTP webrtc-datachannel',
      'm=image 4008 udptl t38',
      'm=audio 4010 RTP/SAVP 0',
      'm=message 4012 TCP/MSRP *',
      'm=audio 4014 RTP/AVP 8 0',
      'm=audio 4016 RTP/AVP 0',
      'm=text 4018 RTP/AVP 98\r\na=rtpmap:98 t140/1000',
    ]
    const offer = parseSdp(`${head}${lines.join('\r\n')}\r\n`)
    if (typeof offer === 'string') throw new Error(offer)
    const { sdp, remote } = answerTo(offer, 'PCMU')
    const answered = [...sdp.matchAll(/^m=(\S+) (\d+) (\S+)/gm)].map(([, kind, port, protocol]) => [
      kind,
      port,
      protocol,
    ])
    expect(answered.map(([kind, , protocol]) => `${kind} ${protocol}`)).toEqual(
      lines.map((line) => line.replace(/^m=(\S+) \d+ (\S+)[^]*/, '$1 $2')),
    )
    expect(answered.flatMap(([, port], i) => (port === '0' ? [] : i))).toEqual([7])
    expect(remote).toEqual({ host: '192.0.2.7', port: 4014 })
  })

  it('pass over a type above 127, which RTP cannot have', () => {
    const offer = session('128 300 0', 'rtpmap:128 opus/48000/2', 'rtpmap:300 G722/8000')
    expect(answerTo(offer, 'opus', 'G722', 'PCMU').codec.name).toBe('PCMU')
  })

  it.each([
    [session('9', 'rtpmap:9 G722/16000'), 'G722 is declared as G722/16000, and G722/8000 is what there is'],
    [session('96', 'rtpmap:96 opus/48000'), 'opus is declared as opus/48000, and opus/48000/2 is what there is'],
    [session('96', 'rtpmap:96 L16/22050'), 'declared as L16/22050, and L16/16000, L16/8000, L16/48000, L16/44100'],
    [session('96', 'rtpmap:96 opus/8000/2'), 'opus is declared as opus/8000/2, and opus/48000/2 is what there is'],
  ])('say of a codec that is declared as there is none, how it is declared right', (offer, text) =>
    expect(refusalOf(offer, 'opus', 'G722', 'L16')).toContain(text),
  )

  it('are the first Opus of several, with what the offer asks of who sends it', () => {
    const offer = session(
      '111 112 113',
      ...[111, 112, 113].map((type) => `rtpmap:${type} opus/48000/2`),
      'fmtp:111 stereo=1; useinbandfec=1',
      'fmtp:112 stereo=0',
    )
    expect(answerTo(offer, 'opus')).toMatchObject({ payloadType: 111, parameters: 'stereo=1; useinbandfec=1' })
  })

  it.each([
    ['opus', 'rtpmap:96 opus/48000/2', 15, 10],
    ['opus', 'rtpmap:96 opus/48000/2', 30, 20],
    ['opus', 'rtpmap:96 opus/48000/2', 120, 60],
    ['opus', 'rtpmap:96 opus/48000/2', 0, 20],
    ['opus', 'rtpmap:96 opus/48000/2', 65_535, 20],
    ['L16', 'rtpmap:96 L16/16000', 60, 40],
    ['L16', 'rtpmap:96 L16/48000', 20, 10],
    ['G722', 'rtpmap:96 G722/8000', 15, 15],
    ['G722', 'rtpmap:96 G722/8000', 500, 20],
    ['G722', 'rtpmap:96 G722/8000', 3, 10],
  ])('of %s (%s) are sent, where ptime is %i, in packets of %i ms', (name, map, asked, sent) =>
    expect(answerTo(session('96', map, `ptime:${asked}`), name).ptimeMs).toBe(sent),
  )

  it('take comfort noise where both sides want it, of the clock of the codec', () => {
    const offer = session('0 13', 'rtpmap:13 CN/8000')
    expect(answerTo(offer, 'PCMU').comfortNoise).toBeNull()
    expect(answerTo(offer, 'PCMU').sdp).toContain('RTP/AVP 0\r\n')
    expect(answerTo(offer, 'PCMU', 'CN').comfortNoise).toBe(13)
    expect(answerTo(offer, 'PCMU', 'CN').sdp).toContain('RTP/AVP 0 13\r\n')
    expect(answerTo(session('96 13', 'rtpmap:96 opus/48000/2'), 'opus', 'CN').comfortNoise).toBeNull()
    expect(refusalOf(session('13'), 'PCMU', 'CN')).toContain('no codec in common: offered CN')
  })

  it('are read with the numbers that the answer gives', () => {
    const local = clearMedia('PCMU', 'opus', 'CN')
    const offer = makeOffer(local)
    const answer = makeAnswer(offer, { ...clearMedia('opus'), address: theirMedia })
    if (isRefusal(answer)) throw new Error(answer.text)
    const read = readAnswer(answer.answer, offer.media, local)
    expect(isRefusal(read) ? read : read.negotiated).toMatchObject({
      codec: { name: 'opus' },
      payloadType: 96,
      parameters: 'minptime=10;useinbandfec=1',
      comfortNoise: null,
    })
  })
})
