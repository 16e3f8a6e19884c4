import { describe, expect, it } from 'vitest'
import { registrationRules } from '../../../electron/engine/diagnosis/rules/index.ts'
import { TraceBuilder } from '../../harness/traces.ts'

const contact = 'Contact: <sip:a@10.0.0.5>\n'
const challenge = 'WWW-Authenticate: Digest realm="office", nonce="n"\n'
const credentials = `${contact}Authorization: Digest username="a"\n`
const capture = () => new TraceBuilder('observed')
const register = (call: TraceBuilder, atMs: number, cseq = 1, extra = contact) =>
  call.request(atMs, 'REGISTER', { cseq, extra, toTag: '', uri: 'sip:203.0.113.9' })
const answer = (call: TraceBuilder, atMs: number, status: string, extra = '', cseq = 1) =>
  call.response(atMs, status, { method: 'REGISTER', cseq, extra })
const asked = () => answer(register(capture(), 0), 10, '401 Unauthorized', challenge)
const retried = () => register(asked(), 20, 2, credentials)

/** Three rounds: each REGISTER with credentials is asked for others. `nonces`: of each challenge, and of its answer. */
const rounds = (stale: boolean, nonces: (round: number) => readonly [asked: string, given: string]) => {
  const asks = (nonce: string) =>
    `WWW-Authenticate: Digest realm="office", nonce="${nonce}"${stale ? ', stale=true' : ''}\n`
  let all = answer(register(capture(), 0), 10, '401 Unauthorized', asks(nonces(0)[0]))
  for (let round = 1; round <= 3; round++) {
    const given = `${contact}Authorization: Digest username="a", realm="office", nonce="${nonces(round)[1]}"\n`
    all = register(all, round * 1000, round + 1, given)
    all = answer(all, round * 1000 + 10, '401 Unauthorized', asks(nonces(round)[0]), round + 1)
  }
  return all
}
const fresh = (round: number) => [`n${round}`, `n${round - 1}`] as const

interface Case {
  readonly speaks: readonly (readonly [make: () => TraceBuilder, says: RegExp])[]
  readonly silent: readonly (() => TraceBuilder)[]
}

/** Each looked at 5 s after its beginning. */
const cases: Readonly<Record<string, Case>> = {
  'registration-loops': {
    speaks: [
      [() => rounds(true, () => ['n', 'n']), /3 REGISTERs with credentials.* stale=true, each time with the same no/],
      [() => rounds(true, () => ['xxxx', 'xxxx']), /stale=true: whether the nonce was a new one .* is not known/],
      [() => rounds(true, fresh), /takes each new nonce of its own for an old one/],
      [() => rounds(false, fresh), /the registrar does not take them, and the phone goes on trying/],
      [() => rounds(false, (round) => [`n${round}`, 'n0']), /answer another challenge than .*another nonce/],
    ],
    silent: [
      () => answer(register(rounds(true, fresh), 4000, 5, credentials), 4010, '200 OK', contact, 5),
      () => answer(retried(), 30, '401 Unauthorized', challenge, 2),
      asked,
    ],
  },
  'registration-unanswered': {
    speaks: [[() => register(register(capture(), 0), 500), /No response came from udp 203\.0\.113\.9:5060 to 2 REGI/]],
    silent: [() => register(capture(), 2000), () => answer(register(capture(), 0), 10, '100 Trying')],
  },
  'registration-refused': {
    speaks: [
      [() => answer(retried(), 30, '403 Forbidden', '', 2), /403 Forbidden, in spite of credentials/],
      [() => answer(register(capture(), 0), 10, '403 Forbidden'), /403 Forbidden without asking for credentials/],
      [
        () => answer(register(asked(), 20, 2), 30, '403 Forbidden', '', 2),
        /403 Forbidden, and the credentials that it had asked for did not come/,
      ],
      [() => answer(retried(), 30, '401 Unauthorized', challenge, 2), /refused the credentials.*realm "office"/],
      [
        () => answer(retried(), 30, '401 Unauthorized', challenge.replace('\n', ', stale=true\n'), 2),
        /asks for digest credentials for a new nonce with 401/,
      ],
      [asked, /asks for digest credentials with 401 Unauthorized \(realm "office"\), and none follow/],
      [() => answer(register(capture(), 0), 10, '423 Too Brief', 'Min-Expires: 60\n'), /demands 60 s at least/],
      [() => answer(register(capture(), 0), 10, '302 Moved', 'Contact: <sip:b@x>\n'), /redirects to <sip:b@x>/],
      [() => answer(register(capture(), 0), 10, '503 Busy', 'Retry-After: 9\n'), /wait for 9 s/],
    ],
    silent: [
      () => answer(retried(), 30, '200 OK', contact, 2),
      // The second REGISTER is on its way.
      () => retried(),
    ],
  },
  'binding-missing': {
    speaks: [
      [() => answer(register(capture(), 0), 10, '200 OK'), /lists no binding: <sip:a@10\.0\.0\.5> is not among them/],
      [
        () => answer(register(capture(), 0), 10, '200 OK', 'Contact: <sip:a@192.0.2.7>\n'),
        /lists <sip:a@192\.0\.2\.7>/,
      ],
    ],
    silent: [
      () => answer(register(capture(), 0), 10, '200 OK', `Contact: <sip:x@192.0.2.7>, <sip:a@10.0.0.5>;expires=60\n`),
      () => answer(register(capture(), 0, 1, `${contact}Expires: 0\n`), 10, '200 OK'),
      () => answer(register(capture(), 0, 1, ''), 10, '200 OK'),
    ],
  },
}

describe('the diagnosis of a registration in a capture', () => {
  it('has cases for every rule', () =>
    expect(Object.keys(cases).toSorted()).toEqual(registrationRules.map(({ id }) => id).toSorted()))

  it.each(
    Object.entries(cases).flatMap(([id, { speaks }]) => speaks.map(([make, says], i) => [id, i, make, says] as const)),
  )('%s speaks (%i)', (id, _i, make, says) => {
    const finding = make()
      .registration(5000)
      .findings.find(({ rule }) => rule === id)!
    expect(finding.sentence).toMatch(says)
    expect(finding.evidence.length).toBeGreaterThan(0)
    expect(finding.next).toMatch(/^[A-Z].*\.$/s)
  })

  it.each(Object.entries(cases).flatMap(([id, { silent }]) => silent.map((make, i) => [id, i, make] as const)))(
    '%s is silent (%i)',
    (id, _i, make) =>
      expect(
        make()
          .registration(5000)
          .findings.map(({ rule }) => rule),
      ).not.toContain(id),
  )

  it('goes by the last REGISTER, whose response may not be there yet', () => {
    expect(retried().registration(100).status).toBeNull()
    expect(answer(retried(), 30, '200 OK', contact, 2).registration(100).status).toEqual({ code: 200, reason: 'OK' })
    expect(asked().registration(100).findings).toEqual([])
  })
})
