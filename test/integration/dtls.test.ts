import { createSocket, type Socket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import { Engines, callAndWait } from '../harness/engines.ts'

const engines = new Engines()
const sockets: Socket[] = []
afterEach(async () => {
  await engines.close()
  for (const socket of sockets.splice(0)) socket.close()
})

/** A way to that port, over which every message of signalling goes through `change`. */
async function changing(port: number, change: (text: string) => string): Promise<number> {
  const [near, far] = [createSocket('udp4'), createSocket('udp4')]
  sockets.push(near, far)
  let caller = 0
  near.on('message', (bytes, { port: from }) => {
    caller = from
    far.send(change(bytes.toString()), port, '127.0.0.1')
  })
  far.on('message', (bytes) => near.send(change(bytes.toString()), caller, '127.0.0.1'))
  await Promise.all([near, far].map((socket) => new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))))
  return near.address().port
}

/** A call by DTLS to our agent over such a way, a few seconds long. */
async function call(change: (text: string) => string) {
  const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'tone', hz: 500 } } })
  const port = await changing(agent.port, change)
  const uri = `sip:x@127.0.0.1:${port}`
  const report = await callAndWait(engines.open(), { uri, encryption: 'dtls', durationMs: 3000 })
  await expect.poll(() => agent.ended.length).toBe(1)
  return { report, there: agent.ended[0]! }
}

describe('a call by DTLS', () => {
  it('carries audio both ways, and says by which addresses and keys', async () => {
    const { report, there } = await call((text) => text)
    for (const { verdict, findings, observations } of [report, there]) {
      expect(verdict.kind).toBe('two-way-audio')
      expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([])
      expect(observations.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ice', 'dtls']))
    }
  })

  it.each([
    ['of the called side', /^SIP/],
    ['of the caller', /^INVITE/],
  ])('with a fingerprint %s that was changed on the way has no audio, and says why', async (_name, of) => {
    const { report, there } = await call((text) =>
      of.test(text) ? text.replace(/(?<=a=fingerprint:sha-256 )../, (byte) => (byte === '00' ? '11' : '00')) : text,
    )
    const sides = of.test('INVITE') ? there : report
    expect(sides.findings.map(({ rule }) => rule)).toContain('no-media-path')
    expect(sides.findings.find(({ rule }) => rule === 'no-media-path')!.sentence).toMatch(
      /its certificate is not the one that its description announces: sha-256 .* came, (00|11):.* was announced/,
    )
    expect(sides.streams.filter(({ source }) => source === sides.media.at(-1)!.local)).toEqual([])
  })

  it('is refused where no fingerprint is offered, or RTCP has a port of its own', async () => {
    for (const line of [/a=fingerprint[^\r]*/, /a=rtcp-mux/]) {
      const agent = await engines.agent()
      // As long as before.
      const blank = (text: string) =>
        text.startsWith('INVITE') ? text.replace(line, (found) => `a=x:${'y'.repeat(found.length - 4)}`) : text
      const uri = `sip:x@127.0.0.1:${await changing(agent.port, blank)}`
      const report = await callAndWait(engines.open(), { uri, encryption: 'dtls', durationMs: 1000 })
      expect([report.outcome, report.status?.code]).toEqual(['refused', 488])
      expect(JSON.stringify(report.messages)).toMatch(/without (a fingerprint|a=rtcp-mux)/)
    }
  })
})
