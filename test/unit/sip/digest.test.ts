import { describe, expect, it } from 'vitest'
import { DigestClient } from '../../../electron/engine/sip/digest/client.ts'
import {
  authorization,
  digestResponse,
  parseChallenge,
  verify,
  type Challenge,
} from '../../../electron/engine/sip/digest/digest.ts'
import { parseDigest } from '../../../electron/engine/sip/digest/params.ts'
import { DigestServer } from '../../../electron/engine/sip/digest/server.ts'
import { makeHeader, makeRequest, makeResponse } from '../../../shared/wire/sip/message.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const credentials = { username: 'Mufasa', password: 'Circle of Life' }

describe('digest arithmetic', () => {
  const rfc7616 = { realm: 'http-auth@example.org', nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v' }
  const input = {
    ...credentials,
    method: 'GET',
    uri: '/dir/index.html',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    nc: '00000001',
    qop: 'auth',
  }

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('gives the response of RFC 7616 3.9.1 for %s', (algorithm, response) => {
    expect(digestResponse({ ...input, challenge: { ...rfc7616, algorithm } })).toBe(response)
  })

  it('gives the response of RFC 2617 3.5, and the RFC 2069 form without qop', () => {
    const challenge = { realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', algorithm: 'MD5' }
    const old = {
      username: 'Mufasa',
      password: 'Circle Of Life',
      method: 'GET',
      uri: '/dir/index.html',
      cnonce: '0a4f113b',
      nc: '00000001',
    }
    expect(digestResponse({ ...old, challenge, qop: 'auth' })).toBe('6629fae49393a05397450978507c4ef1')
    expect(digestResponse({ ...old, challenge, qop: null })).toBe('670fd8c2df070c60b045671b8b24ff02')
  })

  it.each(['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'])(
    'answers %s so that the server side accepts it',
    (algorithm) => {
      const challenge = parseChallenge(
        `Digest realm="r, \\"q\\"", nonce="n", qop="auth,auth-int", algorithm=${algorithm}, opaque="o"`,
      )!
      const params = parseDigest(
        authorization(challenge, credentials, { method: 'INVITE', uri: 'sip:a@b', uses: 1, cnonce: 'c' }),
      )!
      expect(params.opaque).toBe('o')
      expect(verify(params, credentials, 'INVITE')).toBe(true)
      expect(verify(params, credentials, 'BYE')).toBe(false)
      expect(verify(params, { ...credentials, password: 'x' }, 'INVITE')).toBe(false)
    },
  )
})

const challenge = (status: number, ...values: string[]) =>
  makeResponse(
    status,
    '',
    values.map((value) => makeHeader(status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate', value)),
  )

describe('the client', () => {
  const client = () => new DigestClient(credentials, predictableRandom())
  const digest = (realm: string, nonce: string, more = '') =>
    `Digest realm="${realm}", nonce="${nonce}", qop="auth"${more}`

  it('takes the first challenge that it can answer, of several', () => {
    const digestClient = client()
    expect(
      digestClient.challenged(
        challenge(
          401,
          'Basic realm="x"',
          digest('r', 'n', ', algorithm=TOKEN'),
          digest('r', 'n', ', algorithm=SHA-256'),
          digest('r', 'n'),
        ),
      ),
    ).toEqual({ kind: 'retry' })
    expect(digestClient.headersFor('INVITE', 'sip:a@b')).toMatchObject([
      { name: 'Authorization', value: expect.stringContaining('algorithm=SHA-256') },
    ])
  })

  it('answers 401 and then 407, and keeps both', () => {
    const digestClient = client()
    expect(digestClient.challenged(challenge(401, digest('a', '1')))).toEqual({ kind: 'retry' })
    digestClient.headersFor('INVITE', 'sip:a@b')
    expect(digestClient.challenged(challenge(407, digest('b', '2')))).toEqual({ kind: 'retry' })
    expect(digestClient.headersFor('INVITE', 'sip:a@b').map(({ name }) => name)).toEqual([
      'Authorization',
      'Proxy-Authorization',
    ])
  })

  it('counts the uses of a nonce', () => {
    const digestClient = client()
    digestClient.challenged(challenge(401, digest('a', '1')))
    expect(digestClient.headersFor('REGISTER', 'sip:b')[0]!.value).toContain('nc=00000001')
    expect(digestClient.headersFor('REGISTER', 'sip:b')[0]!.value).toContain('nc=00000002')
  })

  it('tries again with a stale nonce and gives up on a refused password', () => {
    const digestClient = client()
    digestClient.challenged(challenge(401, digest('a', '1')))
    digestClient.headersFor('INVITE', 'sip:b')
    expect(digestClient.challenged(challenge(401, digest('a', '2', ', stale=TRUE')))).toEqual({ kind: 'retry' })
    digestClient.headersFor('INVITE', 'sip:b')
    expect(digestClient.challenged(challenge(401, digest('a', '3')))).toMatchObject({
      kind: 'give-up',
      text: expect.stringContaining('Mufasa'),
    })
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'MD5-sess-sess', ''])(
    'takes the algorithm %j as one that is not known',
    (algorithm) => {
      expect(client().challenged(challenge(401, digest('a', '1', `, algorithm="${algorithm}"`)))).toMatchObject({
        kind: 'give-up',
        text: expect.stringContaining(`only ${algorithm}`),
      })
    },
  )

  it('says what a challenge lacks, and answers the next one', () => {
    expect(client().challenged(challenge(401, 'Digest realm="a"'))).toMatchObject({
      text: '401 cannot be answered: the digest challenge of realm "a" has no nonce',
    })
    expect(client().challenged(challenge(401, 'Digest nonce="1"'))).toMatchObject({
      text: '401 cannot be answered: the digest challenge has no realm',
    })
    expect(client().challenged(challenge(401, 'Digest realm="a", nonce="1\r2"'))).toMatchObject({
      text: '401 cannot be answered: the digest challenge of realm "a" has a control character in nonce',
    })
    expect(client().challenged(challenge(401, 'Digest realm="a"', digest('b', '1')))).toEqual({ kind: 'retry' })
  })

  it('keeps the challenges of the last realms only', () => {
    const digestClient = client()
    for (let i = 0; i < 100; i++) digestClient.challenged(challenge(401, digest(String(i), '1')))
    expect(digestClient.headersFor('INVITE', 'sip:b')).toHaveLength(8)
  })

  it('says what it lacks: credentials, an algorithm, a qop', () => {
    expect(new DigestClient(null, predictableRandom()).challenged(challenge(401, digest('a', '1')))).toMatchObject({
      text: expect.stringContaining('none are set'),
    })
    expect(client().challenged(challenge(401, digest('a', '1', ', algorithm=SHA-1')))).toMatchObject({
      text: expect.stringContaining('only SHA-1'),
    })
    expect(client().challenged(challenge(401, 'Digest realm="a", nonce="1", qop="auth-int"'))).toMatchObject({
      text: expect.stringContaining('auth-int'),
    })
    expect(client().challenged(challenge(401))).toMatchObject({ text: expect.stringContaining('no digest challenge') })
  })
})

describe('what a header with digest says', () => {
  it('is read whatever stands between, and of two the first holds', () => {
    expect(
      parseDigest(
        ' digest  realm = "a, \\"b\\"" ,nonce=x ; y,, NONCE="z", qop="AUTH, auth-int" , stale=True, ' +
          'nc=0000000A, =, a, "b"=c',
      ),
    ).toMatchObject({
      realm: 'a, "b"',
      nonce: 'x',
      qop: ['auth', 'auth-int'],
      stale: true,
      nc: '0000000A',
      uri: null,
      algorithm: null,
    })
    expect(parseDigest('Digest realm="a<", nonce="n"')).toMatchObject({ realm: 'a<', nonce: 'n' })
  })

  it.each(['zzzzzzzz', '1', '000000001', '0x000001', '-0000001', ' 0000001'])('has no count where nc is %j', (nc) =>
    expect(parseDigest(`Digest nc="${nc}"`)!.nc).toBeNull(),
  )
  it.each(['Basic realm="x"', 'Digest', 'Digestrealm="x"', ''])('%j is no digest', (value) =>
    expect(parseDigest(value)).toBeNull(),
  )
})

describe('the server', () => {
  const clock = new VirtualClock()
  const server = new DigestServer([credentials], 'ringback', clock, predictableRandom())
  const challenged = (verdict: ReturnType<DigestServer['check']>) =>
    verdict.kind === 'challenge' ? verdict.headers.map(({ value }) => value) : []
  const offered = challenged(server.check(makeRequest('INVITE', 'sip:a@b', [])))
  const offer = (on = server) => parseChallenge(challenged(on.check(makeRequest('INVITE', 'sip:a@b', [])))[0]!)!
  const proven = (
    what: Challenge,
    {
      password = credentials.password,
      nc = 1,
      uri = 'sip:a@b',
      requestUri = 'sip:a@b',
      change = (value: string) => value,
    } = {},
  ) =>
    makeRequest('INVITE', requestUri, [
      makeHeader(
        'Authorization',
        change(authorization(what, { ...credentials, password }, { method: 'INVITE', uri, uses: nc, cnonce: 'c' })),
      ),
    ])
  const first = parseChallenge(offered[0]!)!
  const stale = {
    kind: 'challenge',
    headers: expect.arrayContaining([expect.objectContaining({ value: expect.stringContaining('stale=true') })]),
  }

  it('challenges, accepts once, and sees a replay as stale', () => {
    expect(offered).toHaveLength(2)
    expect(server.check(proven(first))).toEqual({ kind: 'ok' })
    expect(server.check(proven(first))).toEqual(stale)
    expect(server.check(proven(first, { nc: 2 }))).toEqual({ kind: 'ok' })
  })

  it('refuses a wrong password by name', () =>
    expect(server.check(proven(first, { password: 'wrong', nc: 3 }))).toMatchObject({
      kind: 'refuse',
      text: expect.stringContaining('Mufasa'),
    }))

  it('accepts a nonce once where no qop is used, and never again', () => {
    const without = { ...offer(), qop: [] }
    expect(server.check(proven(without))).toEqual({ kind: 'ok' })
    expect(server.check(proven(without))).toEqual(stale)
    const used = offer()
    expect(server.check(proven(used))).toEqual({ kind: 'ok' })
    expect(server.check(proven({ ...used, qop: [] }))).toEqual(stale)
  })

  it.each(['zzzzzzzz', '1', '', 'ffffffff0'])('takes no count from nc=%s', (nc) => {
    const what = offer()
    const response = digestResponse({
      ...credentials,
      challenge: what,
      method: 'INVITE',
      uri: 'sip:a@b',
      cnonce: 'c',
      nc: '',
      qop: 'auth',
    })
    expect(
      server.check(
        proven(what, {
          change: (value) => value.replace(/nc=\w+/, `nc=${nc}`).replace(/response="\w+"/, `response="${response}"`),
        }),
      ),
    ).toEqual(stale)
  })

  it.each(['constructor', '__proto__', 'toString', 'SHA-512-256', 'MD5-sess'])(
    'refuses the algorithm %s, which it has not offered',
    (algorithm) => {
      expect(
        server.check(proven(offer(), { change: (value) => value.replace('algorithm=MD5', `algorithm=${algorithm}`) })),
      ).toMatchObject({ kind: 'refuse', text: `digest algorithm ${algorithm} was not offered: MD5 and SHA-256 are` })
    },
  )

  it('refuses qop=auth-int, which it has not offered', () => {
    expect(
      server.check(proven(offer(), { change: (value) => value.replace('qop=auth', 'qop=auth-int') })),
    ).toMatchObject({ kind: 'refuse', text: expect.stringContaining('auth-int') })
  })

  it.each(['sip:a@b', 'SIP:a@B:5060;transport=udp', 'sip:a@b;x=y', 'sip:b:5060'])(
    'accepts credentials for %s as for sip:a@b',
    (uri) => expect(server.check(proven(offer(), { uri }))).toEqual({ kind: 'ok' }),
  )
  it.each(['sip:other@b', 'sip:a@c', 'sip:a@b:5062', 'sips:a@b', '', 'tel:+1'])(
    'refuses credentials for %s with a request for sip:a@b',
    (uri) => {
      expect(server.check(proven(offer(), { uri }))).toMatchObject({
        kind: 'refuse',
        text: expect.stringContaining('the request for "sip:a@b"'),
      })
    },
  )

  it('forgets the nonces used longest ago, and accepts none of them again', () => {
    const other = new DigestServer([credentials], 'ringback', clock, predictableRandom())
    const old = offer(other)
    expect(other.check(proven(old))).toEqual({ kind: 'ok' })
    for (let i = 0; i < 10_000; i++) other.check(proven(offer(other)))
    expect(other.check(proven(old, { nc: 1 }))).toEqual(stale)
    expect(other.check(proven(old, { nc: 2 }))).toEqual(stale)
  })

  it('calls an old nonce stale', async () => {
    await clock.advance(400_000)
    expect(server.check(proven(first, { nc: 4 }))).toEqual(stale)
  })
})
