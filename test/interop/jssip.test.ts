import { afterEach, describe, expect, it } from 'vitest'
import type { CallReport } from '../../shared/contract/report.ts'
import { findPeer } from '../harness/install-peers.ts'
import { JsSipPage } from '../harness/jssip-page.ts'
import { keepRunning } from '../harness/kept.ts'
import { startKamailio } from '../harness/kamailio.ts'
import { agentReports, callReport, startAgent } from '../harness/process.ts'

const keep = keepRunning('SIGKILL')
const pages: JsSipPage[] = []
afterEach(() => Promise.all(pages.splice(0).map((page) => page.close())))

async function openPage(): Promise<JsSipPage> {
  pages.push(await JsSipPage.open())
  return pages.at(-1)!
}

/** What came from the page, by our figures. */
function received({ streams, media }: CallReport) {
  return streams.find(({ destination }) => destination === media.at(-1)!.local)!
}

function expectGood(report: CallReport): void {
  expect([report.verdict.kind, report.media.at(-1)!.encryption]).toEqual(['two-way-audio', 'dtls'])
  expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
  const { packets, lost, level } = received(report)
  expect([packets > 100, lost]).toEqual([true, 0])
  // The beeps of its microphone, with silence between.
  expect(level!.peakDbfs).toBeGreaterThan(-30)
  expect(report.observations.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ice', 'dtls']))
}

describe.skipIf(!findPeer('chromium'))('JsSIP in Chromium', () => {
  it.each(['PCMU', 'opus', 'G722'])(
    'calls our agent over a WebSocket, and both hear each other in %s',
    async (codec) => {
      const agent = await keep(startAgent(['--listen', 'ws:127.0.0.1:0', '--answer', 'tone:1000', '--codecs', codec]))
      const page = await openPage()
      await page.connect(`ws://127.0.0.1:${agent.port}`, 'sip:browser@127.0.0.1', null)
      await page.call(`sip:agent@127.0.0.1:${agent.port}`)
      await expect.poll(async () => Math.abs((await page.heard()).hz - 1000) < 20, { timeout: 8000 }).toBe(true)
      await new Promise((resolve) => setTimeout(resolve, 3000))
      expect((await page.heard()).db).toBeGreaterThan(-50)
      await page.hangUp()
      await agent.until(/"type":"call"/)
      const [report] = agentReports(agent)
      expectGood(report!)
      expect([report!.transport, report!.media.at(-1)!.codec]).toEqual(['ws', codec])
    },
  )

  it.skipIf(!findPeer('kamailio'))('is called by us through Kamailio, and both hear each other', async () => {
    const kamailio = await keep(startKamailio())
    const page = await openPage()
    await page.connect(`ws://127.0.0.1:${kamailio.ws}`, 'sip:alice@127.0.0.1', 'geheim')
    const calling = callReport([
      ...['call', 'sip:alice@127.0.0.1', '--proxy', `127.0.0.1:${kamailio.udp}`, '--encryption', 'dtls'],
      ...['--send', 'tone:700', '--duration', '5'],
    ])
    await page.until('confirmed')
    await expect.poll(async () => Math.abs((await page.heard()).hz - 700) < 20, { timeout: 5000 }).toBe(true)
    const { code, report } = await calling
    expectGood(report)
    expect(code).toBe(0)
  })
})
