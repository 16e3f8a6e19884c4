import { describe, expect, it } from 'vitest'
import { dialogRules } from '../../../electron/engine/diagnosis/rules/index.ts'
import { TraceBuilder } from '../../harness/traces.ts'

const capture = () => new TraceBuilder('observed')
const asked = (call: TraceBuilder, atMs: number, method = 'OPTIONS', cseq = 1, extra = '') =>
  call.request(atMs, method, { cseq, extra, toTag: '', uri: 'sip:203.0.113.9' })
const answer = (call: TraceBuilder, atMs: number, status: string, method = 'OPTIONS', extra = '', cseq = 1) =>
  call.response(atMs, status, { method, cseq, extra })
const challenge = 'WWW-Authenticate: Digest realm="office", nonce="n"\n'

interface Case {
  readonly speaks: readonly (readonly [make: () => TraceBuilder, says: RegExp])[]
  readonly silent: readonly (() => TraceBuilder)[]
}

/** Each looked at 5 s after its beginning. */
const cases: Readonly<Record<string, Case>> = {
  'dialog-refused': {
    speaks: [
      [() => answer(asked(capture(), 0), 10, '404 Not Found'), /The OPTIONS was refused with 404 Not Found of 203/],
      [() => answer(asked(capture(), 0, 'SUBSCRIBE'), 10, '489 Bad Event', 'SUBSCRIBE'), /SUBSCRIBE .* 489 Bad Event/],
      [() => answer(asked(capture(), 0, 'PUBLISH'), 10, '403 Forbidden', 'PUBLISH'), /PUBLISH .* 403 Forbidden/],
      [() => answer(asked(capture(), 0, 'MESSAGE'), 10, '405 No', 'MESSAGE', 'Allow: INVITE\n'), /MESSAGE .* 405 No/],
      [() => answer(asked(capture(), 0), 10, '401 Unauthorized', 'OPTIONS', challenge), /401 Unauthorized/],
      // The last request counts.
      [
        () =>
          answer(asked(answer(asked(capture(), 0), 9, '200 OK'), 20, 'OPTIONS', 2), 30, '503 Busy', 'OPTIONS', '', 2),
        /503 Busy/,
      ],
    ],
    silent: [
      () => answer(asked(capture(), 0), 10, '200 OK'),
      () => asked(answer(asked(capture(), 0), 10, '401 Unauthorized', 'OPTIONS', challenge), 20, 'OPTIONS', 2),
      () => answer(asked(capture(), 0), 4900, '401 Unauthorized', 'OPTIONS', challenge),
      () => answer(asked(answer(asked(capture(), 0), 9, '503 Busy'), 20, 'OPTIONS', 2), 30, '200 OK', 'OPTIONS', '', 2),
    ],
  },
  'dialog-unanswered': {
    speaks: [
      [
        () => asked(asked(capture(), 0), 500),
        /No response came from udp 203\.0\.113\.9:5060 to the OPTIONS, sent 2 times/,
      ],
    ],
    // What was captured one way only, and never repeated, may have been answered.
    silent: [() => asked(capture(), 0), () => answer(asked(capture(), 0), 10, '100 Trying')],
  },
}

describe('the diagnosis of what is neither a call nor a registration', () => {
  it('has cases for every rule', () =>
    expect(Object.keys(cases).toSorted()).toEqual(dialogRules.map(({ id }) => id).toSorted()))

  it.each(
    Object.entries(cases).flatMap(([rule, { speaks }]) => speaks.map(([make, says]) => [rule, says, make] as const)),
  )('%s speaks: %s', (rule, says, make) => {
    const { findings } = make().dialog(5000)
    expect(findings.map((finding) => [finding.rule, finding.severity])).toEqual([[rule, 'warning']])
    expect(findings[0]!.sentence).toMatch(says)
  })

  it.each(Object.entries(cases).flatMap(([rule, { silent }]) => silent.map((make, i) => [rule, i + 1, make] as const)))(
    '%s is silent: case %i',
    (_rule, _i, make) => expect(make().dialog(5000).findings).toEqual([]),
  )
})
