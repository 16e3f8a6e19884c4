import { afterAll, describe, expect, it } from 'vitest'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { loadCaptures } from '../../../electron/engine/trace/capture/load.ts'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import type { RelatedCall } from '../../../shared/contract/report.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { CaptureFiles, captureStartUs } from '../../harness/capture-files.ts'
import { captures, foundCaptures } from '../../harness/fixtures.ts'
import { crlf } from '../../harness/messages.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
let n = 0

interface Leg {
  readonly callId: string
  readonly atMs?: number
  readonly from?: string
  readonly to?: string
  readonly extra?: string
  readonly body?: string
  readonly source?: string
  readonly destination?: string
}

const invite = ({ callId, from = 'alice', to = 'bob', extra = '', body = '' }: Leg) =>
  Buffer.from(
    crlf(
      `INVITE sip:${to}@example.org SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK${callId}\n` +
        `From: <sip:${from}@h>;tag=1\nTo: <sip:${to}@h>\nCall-ID: ${callId}\nCSeq: 1 INVITE\n` +
        `${extra}Content-Length: ${crlf(body).length}\n\n${body}`,
    ),
  )

async function relatedIn(path: string): Promise<Record<string, RelatedCall[]>> {
  const loaded = await loadCaptures([path], meterOf)
  const found = Object.fromEntries(loaded.calls.map((call) => [call.id, call.related()]))
  loaded.close()
  return found
}

async function related(...legs: readonly Leg[]): Promise<Record<string, RelatedCall[]>> {
  const encoder = new PcapEncoder()
  const records = legs.flatMap((leg, i) => {
    const bytes = invite(leg)
    const { atMs = i * 5, source = '192.0.2.1', destination = '192.0.2.2' } = leg
    const event = {
      at: captureStartUs + atMs * 1000,
      transport: 'udp',
      source: { host: source, port: 5060 },
      destination: { host: destination, port: 5060 },
      direction: 'observed',
      bytes,
      message: parseSip(bytes),
    } as const
    // Repeated a second later: the call goes on.
    return [encoder.sip(event), encoder.sip({ ...event, at: event.at + 1_000_000 })]
  })
  return relatedIn(files.write(`${n++}.pcap`, pcapHeader(), ...records))
}

/** As the second element sends it on. */
const onward = { source: '192.0.2.2', destination: '192.0.2.3' }
const unlike = { from: 'carol', to: 'dave', source: '198.51.100.7', destination: '198.51.100.8' }
const first = { callId: 'first-leg-1234' }

describe('legs of a call with Call-IDs of their own', () => {
  it.each([
    ['X-CID', 'X-CID: first-leg-1234\n', 'certain', 'its X-CID is the Call-ID of call 1'],
    ['any header of an element', 'X-Acme-A-Leg: first-leg-1234;x=1\n', 'certain', 'its X-Acme-A-Leg is the Call-ID'],
  ])('are joined by %s that names the other', async (_name, extra, certainty, reason) => {
    const legs = await related(first, { callId: 'other', extra, ...unlike })
    expect(legs['2']).toEqual([
      { call: '1', callId: 'first-leg-1234', how: 'header', certainty, reason: expect.stringContaining(reason) },
    ])
    expect(legs['1']).toEqual([expect.objectContaining({ call: '2', certainty, how: 'header' })])
  })

  it.each([
    ['Session-ID (RFC 7989)', 'Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=0\n', 'certain'],
    ['an identity that both have', 'X-Correlation: 7f1a784dc48ff8\n', 'likely'],
    ['a charging vector', 'P-Charging-Vector: icid-value="7f1a784dc48ff8";orig-ioi=a\n', 'likely'],
  ])('are joined by %s', async (_name, extra, certainty) => {
    const legs = await related({ ...first, extra }, { callId: 'other', extra, ...unlike })
    expect(legs['1']).toEqual([expect.objectContaining({ call: '2', how: 'header', certainty })])
  })

  it.each(['first-leg-1234_b2b-1', 'B2B.first-leg-1234', 'first-leg-1234@198.51.100.7'])(
    'are joined by the Call-ID %s that was rewritten',
    async (callId) => {
      const legs = await related(first, { callId, ...unlike })
      expect(legs['1']).toEqual([expect.objectContaining({ call: '2', how: 'call-id', certainty: 'likely' })])
    },
  )

  it('are joined by From, To, time and the element that both passed', async () => {
    const legs = await related(first, { callId: 'other', ...onward })
    expect(legs['1']).toEqual([expect.objectContaining({ call: '2', how: 'parties', certainty: 'likely' })])
    const renumbered = await related(
      { ...first, to: '+15551234567' },
      { callId: 'other', to: '0015551234567', from: 'trunk', ...onward },
    )
    expect(renumbered['1']).toEqual([expect.objectContaining({ call: '2', certainty: 'possible' })])
  })

  it('of a load test, where all calls look alike, are not joined', async () => {
    const body = 'v=0\nc=IN IP4 192.0.2.9\nm=audio 6000 RTP/AVP 0\nm=audio 6002 RTP/AVP 0\n'
    const extra = `Content-Type: application/sdp\n`
    const calls = [1, 2, 3, 4, 5, 6, 7].map((i) => ({ callId: `load-${i}`, extra, body }))
    const legs = await related(...calls, ...calls.map((leg, i) => ({ ...leg, ...onward, callId: `on-${i}` })))
    expect(Object.values(legs)).toEqual(Array.from({ length: 14 }, () => []))
  })

  it('that only look alike are not joined', async () => {
    const none = { '1': [], '2': [] }
    expect(await related(first, { callId: 'other', from: 'alice', to: 'bob' })).toEqual(none)
    expect(await related(first, { callId: 'other', ...onward, from: 'carol', to: 'dave' })).toEqual(none)
    expect(await related(first, { callId: 'other', ...onward, atMs: 60_000 })).toEqual(none)
    const campaign = 'X-Campaign: 12345678901234\n'
    const many = await related(
      ...[1, 2, 3, 4, 5, 6].map((i) => ({ ...unlike, callId: `c${i}`, from: `f0${i}`, to: `t0${i}`, extra: campaign })),
    )
    expect(Object.values(many)).toEqual(Array.from({ length: 6 }, () => []))
  })

  it.skipIf(!captures() || !foundCaptures())('are joined by the media that both name', async () => {
    const legs = await relatedIn(`${foundCaptures()}/s01-b2bua-same-sdp.pcap`)
    expect(legs['1']).toEqual([
      expect.objectContaining({
        call: '2',
        certainty: 'likely',
        reason: expect.stringContaining('for media at the same'),
      }),
    ])
    const asterisk = await relatedIn(`${captures()}/b2bua-asterisk.pcapng`)
    expect(Object.values(asterisk).map((found) => found.map(({ certainty, how }) => [certainty, how]))).toEqual([
      [['likely', 'media']],
      [['likely', 'media']],
    ])
  })

  it.skipIf(!foundCaptures())('are not joined where a phone has two calls from one port', async () => {
    const legs = await relatedIn(`${foundCaptures()}/x10-call-waiting-same-port.pcap`)
    expect(Object.values(legs)).toEqual([[], []])
  })
})
