import { describe, expect, it } from 'vitest'
import { makeAnswer, readAnswer } from '../../../electron/engine/media/session/negotiate.ts'
import { makeOffer, type LocalMedia } from '../../../electron/engine/media/session/offer.ts'
import { masterBytes } from '../../../electron/engine/srtp/suites.ts'
import {
  encryptionForms,
  srtpSuites,
  type Encryption,
  type EncryptionForm,
  type SrtpSuite,
} from '../../../shared/model/encryption.ts'
import { parseSdp, writeSdp, type SessionDescription } from '../../../shared/wire/sdp/sdp.ts'

const local = (fill: number, encryption: Encryption, more: Partial<LocalMedia> = {}): LocalMedia => ({
  address: { host: '192.0.2.7', port: 4000 },
  codecs: ['PCMU'],
  encryption,
  form: 'one-line',
  suites: srtpSuites,
  direction: 'sendrecv',
  sessionId: '77',
  version: 3,
  keys: (suite) => new Uint8Array(masterBytes(suite)).fill(fill),
  ...more,
})
const wire = (session: SessionDescription) => parseSdp(writeSdp(session)) as SessionDescription

/** What comes of a call: how its audio goes, on which profile; or why it is refused. */
function outcome(caller: LocalMedia, callee: LocalMedia, change = (offer: SessionDescription) => offer): string {
  const offer = makeOffer(caller)
  const answered = makeAnswer(change(wire(offer)), callee)
  if ('refusal' in answered) return answered.refusal
  const read = readAnswer(wire(answered.answer), offer.media, caller)
  if ('refusal' in read) return `answer: ${read.refusal}`
  const [ours, theirs] = [read.negotiated.crypto, answered.negotiated.crypto]
  const profile = answered.answer.media.find(({ port }) => port !== 0)!.protocol
  if (!ours || !theirs) return ours || theirs ? 'only one side encrypts' : `clear ${profile}`
  expect([ours.suite, ours.localMaster, ours.remoteKeys[0]!.master]).toEqual([
    theirs.suite,
    theirs.remoteKeys[0]!.master,
    theirs.localMaster,
  ])
  return `${ours.suite} ${profile}`
}

const usual = 'AES_CM_128_HMAC_SHA1_80'
/** With keys in the session description. */
const keyedHere = ['disabled', 'allowed', 'required'] as const
type KeyedHere = (typeof keyedHere)[number]

/** Rows: the caller; columns: the called side disabled, allowed, required. As build/decisions has them. */
const table: Readonly<Record<EncryptionForm, Readonly<Record<KeyedHere, readonly string[]>>>> = {
  'one-line': {
    disabled: ['clear RTP/AVP', 'clear RTP/AVP', 'encryption'],
    allowed: ['clear RTP/AVP', `${usual} RTP/AVP`, `${usual} RTP/AVP`],
    required: ['encryption', `${usual} RTP/SAVP`, `${usual} RTP/SAVP`],
  },
  'two-lines': {
    disabled: ['clear RTP/AVP', 'clear RTP/AVP', 'encryption'],
    allowed: ['clear RTP/AVP', `${usual} RTP/SAVP`, `${usual} RTP/SAVP`],
    required: ['encryption', `${usual} RTP/SAVP`, `${usual} RTP/SAVP`],
  },
}

describe('media encryption between two sides', () => {
  it.each(encryptionForms.flatMap((form) => keyedHere.map((caller) => [form, caller] as const)))(
    'where encryption that is allowed is offered as %s, the caller has it %s',
    (form, caller) =>
      expect(keyedHere.map((callee) => outcome(local(1, caller, { form }), local(2, callee)))).toEqual(
        table[form][caller],
      ),
  )

  it.each(srtpSuites)('uses %s where the called side takes no other, with the key of its own line', (suite) =>
    expect(outcome(local(1, 'required'), local(2, 'required', { suites: [suite] }))).toBe(`${suite} RTP/SAVP`),
  )

  it('uses the first suite of the caller that the called side takes', () => {
    const suites: SrtpSuite[] = ['AEAD_AES_256_GCM', 'AES_CM_128_HMAC_SHA1_32', 'AES_CM_128_HMAC_SHA1_80']
    const without = (name: string) => srtpSuites.filter((suite) => suite !== name)
    expect(outcome(local(1, 'allowed', { suites }), local(2, 'allowed'))).toBe('AEAD_AES_256_GCM RTP/AVP')
    expect(
      outcome(local(1, 'required', { suites }), local(2, 'required', { suites: without('AEAD_AES_256_GCM') })),
    ).toBe('AES_CM_128_HMAC_SHA1_32 RTP/SAVP')
  })

  it('has a called side that takes none of the suites say which were offered and which it takes', () => {
    const offer = makeOffer(local(1, 'required', { suites: ['AEAD_AES_128_GCM'] }))
    const answer = makeAnswer(offer, local(2, 'required', { suites: [usual] }))
    expect('refusal' in answer && answer.text).toMatch(
      /AEAD_AES_128_GCM is not spoken here \(AES_CM_128_HMAC_SHA1_80 are\)/,
    )
  })

  it('of two lines that a peer takes both, uses the encrypted one and says so in the next offer', () => {
    const caller = local(1, 'allowed', { form: 'two-lines' })
    const offer = makeOffer(caller)
    expect(offer.media.map(({ protocol, crypto }) => `${protocol} ${crypto.length}`)).toEqual([
      'RTP/SAVP 6',
      'RTP/AVP 0',
    ])
    const single = makeAnswer(offer, local(2, 'required'))
    if ('refusal' in single) throw new Error(single.text)
    const both = { ...single.answer, media: single.answer.media.map((m) => ({ ...m, port: 4002 })) }
    const swapped = { ...both, media: both.media.toReversed() }
    for (const answer of [both, swapped])
      expect(readAnswer(answer, offer.media, caller)).toMatchObject({
        index: 0,
        negotiated: { crypto: { suite: usual } },
      })
  })

  it('reads an answer that leaves out the line it refuses by the profile of the one it has', () => {
    const caller = local(1, 'allowed', { form: 'two-lines' })
    const offer = makeOffer(caller)
    const answered = makeAnswer(offer, local(2, 'disabled'))
    if ('refusal' in answered) throw new Error(answered.text)
    const short = { ...answered.answer, media: answered.answer.media.filter(({ port }) => port !== 0) }
    expect(readAnswer(short, offer.media, caller)).toMatchObject({ index: 1, negotiated: { crypto: null } })
  })

  it('answers with the name of the suite as it was offered', () => {
    const offer = makeOffer(local(1, 'required', { suites: ['AES_256_CM_HMAC_SHA1_80'] }))
    const spelled = 'AES_CM_256_HMAC_SHA1_80'
    const [m] = offer.media
    const answer = makeAnswer(
      { ...offer, media: [{ ...m!, crypto: m!.crypto.map((line) => ({ ...line, suite: spelled })) }] },
      local(2, 'required'),
    )
    expect('refusal' in answer || answer.answer.media[0]!.crypto).toMatchObject([{ tag: 1, suite: spelled }])
  })
})
