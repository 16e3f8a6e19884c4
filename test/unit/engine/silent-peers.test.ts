import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Engine } from '../../../electron/engine/engine.ts'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { loadCaptures } from '../../../electron/engine/trace/capture/load.ts'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { CaptureFiles, captureStartUs } from '../../harness/capture-files.ts'
import { MemoryNet, type Datagram } from '../../harness/memory-net.ts'
import { request, sdp } from '../../harness/messages.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

const us = { host: '192.0.2.1', port: 5060 }
const peer = { host: '192.0.2.99', port: 5060 }
const files = new CaptureFiles()
afterAll(() => files.remove())

let net: MemoryNet
let clock: VirtualClock
let engine: Engine
beforeEach(() => {
  net = new MemoryNet()
  clock = new VirtualClock()
  engine = new Engine({ profile: null, clock, net, random: predictableRandom() })
})
afterEach(async () => {
  const closing = engine.close()
  await clock.advance(3000)
  await closing
})

/** The response to a request of ours. */
const answerTo = ({ text }: Datagram, status: string) =>
  `SIP/2.0 ${status}\r\n${text
    .split('\r\n')
    .filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line))
    .join('\r\n')}\r\nContent-Length: 0\r\n\r\n`
const requests = (method: string) => net.sent.filter(({ text }) => text.startsWith(`${method} `))
const rules = ({ findings }: CallReport) => findings.map(({ rule }) => rule)

async function place(): Promise<() => Promise<CallReport>> {
  const { id } = await engine.execute('call.place', { uri: `sip:+15550100@${peer.host}` })
  await settle()
  return () => engine.execute('call.report', { id })
}

describe('a peer that gives no response to an INVITE', () => {
  it('is asked by one OPTIONS after 3 s, and said to drop the call where it answers that', async () => {
    const report = await place()
    await clock.advance(2900)
    expect(requests('OPTIONS')).toHaveLength(0)
    await clock.advance(200)
    const [options] = requests('OPTIONS')
    expect(options!.to).toEqual(peer)
    expect(options!.text).toContain(`OPTIONS sip:${peer.host} SIP/2.0`)
    net.inject(peer, options!.from, answerTo(options!, '200 OK'))
    await settle()
    await clock.advance(1000)
    const said = await report()
    expect(rules(said)).toEqual(['dropped-by-policy'])
    expect(said.findings[0]!.sentence).toMatch(
      /OPTIONS to udp 192\.0\.2\.99:5060 was answered with 200 OK: it is reach/,
    )
    expect(said.messages.every(({ startLine }) => startLine.startsWith('INVITE'))).toBe(true)
    await clock.advance(10_000)
    expect(requests('OPTIONS')).toHaveLength(1)
  })

  it('and none to the OPTIONS, is unreachable for all that is known', async () => {
    const report = await place()
    await clock.advance(9000)
    expect(rules(await report())).toEqual(['no-response'])
  })

  it('is not asked where it has said anything, or the call was given up before', async () => {
    const report = await place()
    const [invite] = requests('INVITE')
    net.inject(peer, invite!.from, answerTo(invite!, '100 Trying'))
    await settle()
    await clock.advance(9000)
    expect(requests('OPTIONS')).toHaveLength(0)
    expect(rules(await report())).not.toContain('dropped-by-policy')
  })
})

describe('a capture of such a peer', () => {
  const event = (atMs: number, text: string, fromUs: boolean, host = us.host) => {
    const bytes = Buffer.from(text)
    const [source, destination] = fromUs ? [{ ...us, host }, peer] : [peer, { ...us, host }]
    return new PcapEncoder().sip({
      at: captureStartUs + atMs * 1000,
      transport: 'udp',
      source,
      destination,
      direction: 'observed',
      bytes,
      message: parseSip(bytes),
    })
  }
  const options = request({ method: 'OPTIONS', callId: 'o', branch: 'z9hG4bKo' })
  const ok = answerTo({ text: options } as Datagram, '200 OK')
  const invite = request({ body: sdp() })
  const opened = async (...events: readonly Buffer[]) => {
    const path = files.write('silent.pcap', pcapHeader(), ...events)
    const loaded = await loadCaptures([path], meterOf)
    const report = reportOf(loaded.calls[0]!.open(), loaded.lastAt, null)
    loaded.close()
    return report
  }
  const silence = [0, 500, 1500, 3500].map((atMs) => event(atMs, invite, true))

  it('says so too, by the OPTIONS that others of the capture show to be answered, before or after', async () => {
    for (const atMs of [-20_000, 2000])
      expect(rules(await opened(...silence, event(atMs, ok, false), event(9000, options, true)))).toEqual([
        'dropped-by-policy',
      ])
  })

  it('says nothing of it where the OPTIONS was long before, or another host’s', async () => {
    expect(rules(await opened(event(-90_000, ok, false), ...silence, event(9000, options, true)))).toEqual([
      'no-response',
    ])
    expect(rules(await opened(event(10, ok, false, '192.0.2.7'), ...silence, event(9000, options, true)))).toEqual([
      'no-response',
    ])
  })
})

describe('a caller that is asked for credentials here', () => {
  beforeEach(async () => {
    await engine.execute('agent.start', {
      listeners: [{ transport: 'udp', address: us.host, port: us.port }],
      user: 'trunk',
      password: 'geheim',
    })
  })

  it('and never gives any, is said to have none', async () => {
    net.inject(peer, us, request({ body: sdp(), extra: 'User-Agent: Carrier\n' }))
    await settle()
    await clock.advance(40_000)
    const [entry] = (await engine.execute('history.list', {})).entries
    const report = await engine.execute('history.show', { id: entry!.id })
    expect(rules(report)).toEqual(['challenge-unanswered'])
    expect(report.findings[0]!.sentence).toMatch(/and the peer \(Carrier\) never answered the challenge: none followed/)
  })
})
