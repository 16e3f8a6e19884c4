import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Paint, ladderLines, leftSide } from '../../../electron/cli/terminal.ts'
import { reportOf } from '../../../electron/engine/report/report.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { CaptureFiles } from '../../harness/capture-files.ts'
import { foundCaptures } from '../../harness/fixtures.ts'
import { openCaptures } from '../../harness/opened.ts'

/** A verdict, and the rules that speak above information; `says`: what a sentence of it must name. */
interface Reading {
  readonly verdict: string
  readonly rules?: readonly string[]
  readonly says?: RegExp
  readonly problem?: RegExp
}

const twoWay: Reading = { verdict: 'two-way-audio' }

/** What each call of a capture is, in the order of the capture. */
const readings: Readonly<Record<string, readonly Reading[]>> = {
  'i01-ice-host-candidates.pcap': [twoWay],
  'n01-private-sdp-no-latching.pcap': [
    {
      verdict: 'one-way-audio from-peer',
      rules: ['sent-astray'],
      says: /192\.168\.1\.10:4000.*198\.51\.100\.10:61000/,
    },
  ],
  'n03-server-behind-1to1-nat.pcap': [twoWay],
  'p08-multipart-sdp.pcap': [twoWay],
  'p09-content-length-0-with-sdp.pcap': [{ ...twoWay, problem: /Content-Length says 0 bytes/ }],
  'p12a-sdp-blank-first.pcap': [{ ...twoWay, problem: /begins with a blank line/ }],
  'p26-cancel-crossed-200.pcap': [{ verdict: 'unknown', says: /too short/ }],
  's01-b2bua-same-sdp.pcap': [twoWay, twoWay],
  's03-answer-several-codecs.pcap': [twoWay],
  's03c-answer-g729-pcmu.pcap': [twoWay],
  's06-cn-only-callee.pcap': [{ verdict: 'unknown', says: /comfort noise/ }],
  's08b-hold-only-call-c0.pcap': [{ verdict: 'unknown', says: /hold/ }],
  's09-no-invite-in-capture.pcap': [twoWay],
  's09c-408-without-invite.pcap': [{ verdict: 'not-answered', rules: ['refused-callee'], says: /408/ }],
  's12-callee-stops-midway.pcap': [
    { verdict: 'one-way-audio from-peer', rules: ['audio-stops'], says: /34\.9 s before the end/ },
  ],
  's14-fork-two-183.pcap': [twoWay],
  's17-offer-in-183-prack.pcap': [twoWay],
  's19-ipv6-uncompressed.pcap': [twoWay],
  'v01-pt96-audio-and-video.pcap': [twoWay],
  'x02-rtpengine-not-forwarding-back.pcap': [
    { verdict: 'one-way-audio from-peer', rules: ['nothing-arrives'], says: /192\.0\.2\.5:20000/ },
  ],
  'x10-call-waiting-same-port.pcap': [twoWay, { verdict: 'not-answered', rules: ['refused-callee'] }],
  'x14-hold-answered-wrong.pcap': [{ verdict: 'two-way-audio', rules: ['illegal-answer'], says: /sendrecv.*sendonly/ }],
  'x15-directmedia-port-changed.pcap': [
    {
      verdict: 'one-way-audio from-peer',
      rules: ['sent-astray'],
      says: /198\.51\.100\.10:4000.*198\.51\.100\.10:4444/,
    },
    twoWay,
  ],
  'x17-avp-with-crypto.pcap': [twoWay],
  'y01-rtcp-sr-without-blocks.pcap': [twoWay],
  'y03-target-moves-and-back.pcap': [twoWay],
  'p02-tcp-no-content-length.pcap': [twoWay],
  'p04-tcp-mid-stream.pcap': [{ verdict: 'unknown', says: /no RTP of this call/ }],
  ...Object.fromEntries(
    [
      ...['e01-gre-ip', 'e03-erspan1', 'e05-erspan3', 'e07-geneve', 'e09-gtpu', 'e12-ah', 'e15-hep3', 'f02-gz'],
      ...['l01-ppp', 'l03-radiotap', 'l10-nflog'],
    ].map((name) => [`${name}.pcap`, [twoWay]]),
  ),
}

/** Captures without a call, and what is said of them. */
const withoutCalls: Readonly<Record<string, RegExp>> = {
  'p18-no-call-id.pcap': /1 SIP message without Call-ID/,
  't01-sctp.pcap': /7 packets not read: SCTP/,
}

const folder = foundCaptures()

async function reportsOf(file: string): Promise<CallReport[]> {
  const { calls, lastAt } = await openCaptures(join(folder!, file))
  return calls.map((call) => reportOf(call, lastAt, null))
}

describe.skipIf(!folder)('captures that were read wrongly once', () => {
  it('are all in the table', () =>
    expect(readdirSync(folder!).toSorted()).toEqual(
      [...Object.keys(readings), ...Object.keys(withoutCalls)].toSorted(),
    ))

  it.each(Object.entries(withoutCalls))('%s holds no call, and it is said why', async (file, problem) => {
    const { calls, problems } = await openCaptures(join(folder!, file))
    expect(calls).toEqual([])
    expect(problems.join()).toMatch(problem)
  })

  it('without the INVITE names both sides, counts no time from it, and says that it is missing', async () => {
    const [report] = await reportsOf('s09-no-invite-in-capture.pcap')
    const { from, to, timeline, findings } = report!
    expect([from, to]).toEqual(['sip:alice@example.net', 'sip:bob@example.org'])
    expect([timeline.postDialDelayMs, timeline.setupMs]).toEqual([null, null])
    expect(findings).toMatchObject([{ rule: 'dialog-incomplete', severity: 'info' }])
    expect(findings[0]!.sentence).toMatch(/^The INVITE of this call is not in the capture/)
  })

  it.each([
    ['s09-no-invite-in-capture.pcap', '◀◀▶▶◀'],
    ['x02-rtpengine-not-forwarding-back.pcap', '▶◀▶◀◀◀◀▶▶▶▶◀◀'],
  ])('%s is drawn from the caller to the called party, by whichever hop', async (file, arrows) => {
    const [report] = await reportsOf(file)
    const { messages, timeline } = report!
    const lines = ladderLines(messages, timeline.startedAt, leftSide(report!), new Paint({ color: false }))
    expect(lines.map((line) => /[▶◀]/.exec(line)![0]).join('')).toBe(arrows)
  })

  it.each(Object.entries(readings))('%s is read rightly', async (file, expected) => {
    const reports = await reportsOf(file)
    expect(
      reports.map(({ verdict: { kind, missing }, findings }) => ({
        verdict: missing ? `${kind} ${missing}` : kind,
        rules: findings.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule),
      })),
    ).toEqual(expected.map(({ verdict, rules = [] }) => ({ verdict, rules })))
    for (const [i, { says, problem }] of expected.entries()) {
      const { verdict, findings, messages } = reports[i]!
      if (says) expect([verdict.sentence, ...findings.map(({ sentence }) => sentence)].join('\n')).toMatch(says)
      if (problem) expect(messages.flatMap(({ problems }) => problems).join('\n')).toMatch(problem)
    }
  })

  it('audio and video with one number are told apart, and SRTP has no level', async () => {
    const [video] = await reportsOf('v01-pt96-audio-and-video.pcap')
    expect(video!.streams.map(({ codec }) => codec).toSorted()).toEqual(['VP8', 'VP8', 'opus', 'opus'])
    for (const { codec, meanJitterMs } of video!.streams) if (codec === 'opus') expect(meanJitterMs).toBeLessThan(0.1)
    const [secure] = await reportsOf('x17-avp-with-crypto.pcap')
    expect(secure!.media[0]!.encryption).toBe('sdes')
    expect(secure!.streams.map(({ level }) => level)).toEqual([null, null])
  })

  it('every stream of a call that shares its addresses with another is in both', async () => {
    for (const { streams } of await reportsOf('s01-b2bua-same-sdp.pcap'))
      expect(streams.map(({ packets }) => packets)).toEqual([500, 500])
    const [first, second] = await reportsOf('x10-call-waiting-same-port.pcap')
    expect(first!.streams.map(({ packets }) => packets)).toEqual([990, 990])
    expect(second!.streams).toEqual([])
  })

  it('that lack the first INVITE of one leg accuse nobody of what the other leg shows', async () => {
    const bytes = readFileSync(join(folder!, 'x15-directmedia-port-changed.pcap'))
    const records: Buffer[] = []
    for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8))
      records.push(bytes.subarray(at, at + 16 + bytes.readUInt32LE(at + 8)))
    const kept = records.filter((record) => !record.includes('INVITE sip:bob@example.org'))
    expect(kept).toHaveLength(records.length - 1)
    const files = new CaptureFiles()
    const { calls, lastAt } = await openCaptures(files.write('x15.pcap', bytes.subarray(0, 24), ...kept))
    const reports = calls.map((call) => reportOf(call, lastAt, null))
    files.remove()
    expect(reports.map(({ findings }) => findings.filter(({ severity }) => severity === 'fault'))).toEqual([[], []])
    expect(reports.map(({ verdict }) => verdict.kind)).not.toContain('one-way-audio')
  })
})
