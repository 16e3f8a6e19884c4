import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Engine } from '../../../electron/engine/engine.ts'
import { request, sdp } from '../../harness/messages.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock, settle } from '../../harness/virtual-clock.ts'

const us = { host: '192.0.2.1', port: 5060 }
const peer = { host: '192.0.2.99', port: 5060 }

let net: MemoryNet
let clock: VirtualClock
let engine: Engine
beforeEach(async () => {
  net = new MemoryNet()
  clock = new VirtualClock()
  engine = new Engine({ profile: null, clock, net, random: predictableRandom(), attended: true })
  await engine.execute('agent.start', {
    listeners: [{ transport: 'udp', address: us.host, port: us.port }],
    limits: { refusalsPerMinute: 3 },
  })
})
afterEach(async () => {
  const closing = engine.close()
  await clock.advance(3000)
  await closing
})

const refused = async () => (await engine.execute('history.list', {})).entries
async function invite(text: string): Promise<void> {
  net.inject(peer, us, text)
  await settle()
  await clock.advance(10)
}

describe('an INVITE that an agent refuses before it is a call', () => {
  it.each([
    ['malformed', 400, request({ body: sdp() }).replace(/^From: .*$/m, 'From: <sip:peer'), /malformed/],
    ['of another body', 415, request({ body: 'hello' }).replace('application/sdp', 'text/plain'), /text\/plain/],
    [
      'in an encoding',
      415,
      request({ body: sdp() }).replace('Content-Type', 'Content-Encoding: gzip\r\nContent-Type'),
      /gzip/,
    ],
    [
      'without a description',
      406,
      request({ body: sdp() }).replace('Content-Type', 'Accept: text/html\r\nContent-Type'),
      /text\/html/,
    ],
    [
      'that requires what is unknown',
      420,
      request({ body: sdp() }).replace('Content-Type', 'Require: teleport\r\nContent-Type'),
      /teleport/,
    ],
    ['with a CSeq that is no number', 400, request({ body: sdp() }).replace(/^CSeq: .*$/m, 'CSeq: one INVITE'), /CSeq/],
    ['with a CSeq of another method', 400, request({ body: sdp() }).replace(/^CSeq: .*$/m, 'CSeq: 1 OPTIONS'), /CSeq/],
    ['without a Call-ID', 400, request({ body: sdp() }).replace(/^Call-ID: .*\r\n/m, ''), /Call-ID/],
  ])('%s is reported with its status %i and why', async (_what, status, text, why) => {
    await invite(text)
    const [entry, ...others] = await refused()
    expect(others).toEqual([])
    expect(entry).toMatchObject({ direction: 'inbound', outcome: 'refused', status })
    const report = await engine.execute('history.show', { id: entry!.id })
    expect(report.messages.map(({ startLine }) => startLine.split(' ').slice(0, 2).join(' '))).toEqual([
      'INVITE sip:agent@192.0.2.1',
      `SIP/2.0 ${status}`,
    ])
    expect(report.observations.map((observation) => observation.text).join()).toMatch(why)
  })

  it('for a body that is no session description is no refusal of media', async () => {
    await invite(request({ body: 'hello' }).replace('application/sdp', 'text/plain'))
    const report = await engine.execute('history.show', { id: (await refused())[0]!.id })
    expect(report.refusedBy).toBe('provider')
    expect(report.findings.map(({ rule }) => rule)).toEqual(['refused-other'])
    expect(report.findings[0]!.sentence).toMatch(/415 Unsupported Media Type: the body of the request has a type or/)
  })

  it('without a Call-ID is an entry for each, however often such come', async () => {
    for (let n = 0; n < 2; n++)
      await invite(request({ branch: `z9hG4bK${n}`, body: sdp() }).replace(/^Call-ID: .*\r\n/m, ''))
    const entries = await refused()
    expect(entries.map(({ status }) => status)).toEqual([400, 400])
    for (const { id } of entries) expect((await engine.execute('history.show', { id })).messages).toHaveLength(2)
  })

  it('fills no memory: beyond the limit of refusals a minute they are counted only', async () => {
    for (let n = 0; n < 10; n++)
      await invite(request({ callId: `c${n}`, branch: `z9hG4bK${n}`, body: 'x' }).replace('application/sdp', 'a/b'))
    expect(await refused()).toHaveLength(3)
  })
})
