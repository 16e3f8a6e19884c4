import { describe, expect, it } from 'vitest'
import { DigestClient } from '../../../electron/engine/sip/digest/client.ts'
import { authorization, digestResponse, parseChallenge, parseDigest, verify } from '../../../electron/engine/sip/digest/digest.ts'
import { DigestServer } from '../../../electron/engine/sip/digest/server.ts'
import { makeHeader, makeRequest, makeResponse, type SipRequest } from '../../../shared/wire/sip/message.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const credentials = { username: 'Mufasa', password: 'Circle of Life' }

describe('digest arithmetic', () => {
  const rfc7616 = { realm: 'http-auth@example.org', nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v' }
  const input = { ...credentials, method: 'GET', uri: '/dir/index.html', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ', nc: '00000001', qop: 'auth' }

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('gives the response of RFC 7616 3.9.1 for %s', (algorithm, response) => {
    expect(digestResponse({ ...input, challenge: { ...rfc7616, algorithm } })).toBe(response)
  })

  it('gives the response of RFC 2617 3.5, and the RFC 2069 form without qop', () => {
    const challenge = { realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', algorithm: 'MD5' }
    const old = { username: 'Mufasa', password: 'Circle Of Life', method: 'GET', uri: '/dir/index.html', cnonce: '0a4f113b', nc: '00000001' }
    expect(digestResponse({ ...old, challenge, qop: 'auth' })).toBe('6629fae49393a05397450978507c4ef1')
    expect(digestResponse({ ...old, challenge, qop: null })).toBe('670fd8c2df070c60b045671b8b24ff02')
  })

  it.each(['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'])('answers %s so that the server side accepts it', (algorithm) => {
    const challenge = parseChallenge(`Digest realm="r, \\"q\\"", nonce="n", qop="auth,auth-int", algorithm=${algorithm}, opaque="o"`)!
    const params = parseDigest(authorization(challenge, credentials, 'INVITE', 'sip:a@b', 1, 'c'))!
    expect(params.get('opaque')).toBe('o')
    expect(verify(params, credentials, 'INVITE')).toBe(true)
    expect(verify(params, credentials, 'BYE')).toBe(false)
    expect(verify(params, { ...credentials, password: 'x' }, 'INVITE')).toBe(false)
  })
})

const challenge = (status: number, ...values: string[]) => makeResponse(status, '', values.map((value) => makeHeader(status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate', value)))

describe('the client', () => {
  const client = () => new DigestClient(credentials, predictableRandom())
  const digest = (realm: string, nonce: string, more = '') => `Digest realm="${realm}", nonce="${nonce}", qop="auth"${more}`

  it('takes the first challenge that it can answer, of several', () => {
    const digestClient = client()
    expect(digestClient.challenged(challenge(401, 'Basic realm="x"', digest('r', 'n', ', algorithm=TOKEN'), digest('r', 'n', ', algorithm=SHA-256'), digest('r', 'n')))).toEqual({ kind: 'retry' })
    expect(digestClient.headersFor('INVITE', 'sip:a@b')).toMatchObject([{ name: 'Authorization', value: expect.stringContaining('algorithm=SHA-256') }])
  })

  it('answers 401 and then 407, and keeps both', () => {
    const digestClient = client()
    expect(digestClient.challenged(challenge(401, digest('a', '1')))).toEqual({ kind: 'retry' })
    digestClient.headersFor('INVITE', 'sip:a@b')
    expect(digestClient.challenged(challenge(407, digest('b', '2')))).toEqual({ kind: 'retry' })
    expect(digestClient.headersFor('INVITE', 'sip:a@b').map(({ name }) => name)).toEqual(['Authorization', 'Proxy-Authorization'])
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
    expect(digestClient.challenged(challenge(401, digest('a', '3')))).toMatchObject({ kind: 'give-up', text: expect.stringContaining('Mufasa') })
  })

  it('says what it lacks: credentials, an algorithm, a qop', () => {
    expect(new DigestClient(null, predictableRandom()).challenged(challenge(401, digest('a', '1')))).toMatchObject({ text: expect.stringContaining('none are set') })
    expect(client().challenged(challenge(401, digest('a', '1', ', algorithm=SHA-1')))).toMatchObject({ text: expect.stringContaining('only SHA-1') })
    expect(client().challenged(challenge(401, 'Digest realm="a", nonce="1", qop="auth-int"'))).toMatchObject({ text: expect.stringContaining('auth-int') })
    expect(client().challenged(challenge(401))).toMatchObject({ text: expect.stringContaining('no digest challenge') })
  })
})

describe('the server', () => {
  const clock = new VirtualClock()
  const server = new DigestServer(credentials, 'ringback', clock, predictableRandom())
  const first = server.check(makeRequest('INVITE', 'sip:a@b', []))
  const offered = first.kind === 'challenge' ? first.headers.map(({ value }) => value) : []
  const answer = (password = credentials.password, nc = 1): SipRequest => makeRequest('INVITE', 'sip:a@b', [makeHeader('Authorization', authorization(parseChallenge(offered[0]!)!, { ...credentials, password }, 'INVITE', 'sip:a@b', nc, 'c'))])

  it('challenges, accepts once, and sees a replay as stale', () => {
    expect(offered).toHaveLength(2)
    expect(server.check(answer())).toEqual({ kind: 'ok' })
    expect(server.check(answer())).toMatchObject({ kind: 'challenge' })
    expect(server.check(answer(undefined, 2))).toEqual({ kind: 'ok' })
  })

  it('refuses a wrong password by name', () => expect(server.check(answer('wrong', 3))).toMatchObject({ kind: 'refuse', text: expect.stringContaining('Mufasa') }))

  it('calls an old nonce stale', async () => {
    await clock.advance(400_000)
    const verdict = server.check(answer(undefined, 4))
    expect(verdict.kind === 'challenge' && verdict.headers[0]!.value).toContain('stale=true')
  })
})
