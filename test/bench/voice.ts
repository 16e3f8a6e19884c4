import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright'
import { ulaw } from '../../electron/engine/media/codec/g711.ts'
import { findPeer } from '../harness/install-peers.ts'
import { startAgent } from '../harness/process.ts'
import { median, type Row } from './row.ts'
import { percentile, withWindow } from './window.ts'

/** So loud is a beep, of full scale; before it nothing was for so long. */
const [loud, quietMs] = [0.02, 200]
const talkMs = 15_000
/** What the bridge keeps at first, decision 035. */
const bufferMs = 40

/** Notes when each beep of the microphone begins, in the page. */
async function noteBeeps(context: BrowserContext): Promise<void> {
  await context.addInitScript(
    ([least, rest]) => {
      if (!('mediaDevices' in navigator)) return
      const beeps: number[] = []
      Object.assign(globalThis, { beeps })
      const { getUserMedia } = MediaDevices.prototype
      MediaDevices.prototype.getUserMedia = async function (constraints) {
        const stream = await getUserMedia.call(this, constraints)
        const audio = new AudioContext()
        // The smallest block there is: 5 ms.
        const heard = audio.createScriptProcessor(256, 1, 1)
        let lastLoud = 0
        heard.onaudioprocess = ({ inputBuffer }) => {
          const endedAt = performance.timeOrigin + performance.now()
          const samples = inputBuffer.getChannelData(0)
          const at = samples.findIndex((sample) => Math.abs(sample) > least!)
          if (at < 0) return
          const began = endedAt - ((samples.length - at) * 1000) / audio.sampleRate
          if (began - lastLoud > rest!) beeps.push(began)
          lastLoud = endedAt
        }
        audio.createMediaStreamSource(stream).connect(heard).connect(audio.destination)
        return stream
      }
    },
    [loud, quietMs],
  )
}

const beepsOf = (page: Page) => page.evaluate(() => (globalThis as unknown as { beeps: number[] }).beeps)

/** When each beep begins in what came to a port, in milliseconds since 1970: a sample is heard when its turn is. */
function beepsIn(pcap: string, port: number): number[] {
  const lines = execFileSync(
    findPeer('tshark')!,
    [
      ...['-r', pcap, '-d', `udp.port==${port},rtp`, '-Y', `rtp && udp.dstport == ${port}`],
      ...['-T', 'fields', '-e', 'frame.time_epoch', '-e', 'rtp.payload'],
    ],
    { encoding: 'utf8', maxBuffer: 1e8 },
  )
  const beeps: number[] = []
  let lastLoud = 0
  for (const line of lines.split('\n')) {
    const [time, hex = ''] = line.split('\t')
    const codes = Buffer.from(hex.replaceAll(':', ''), 'hex')
    const at = codes.findIndex((code) => Math.abs(ulaw.decodeTable[code]!) > loud * 32_768)
    if (at < 0) continue
    const began = Number(time) * 1000 + at / 8
    if (began - lastLoud > quietMs) beeps.push(began)
    lastLoud = began
  }
  return beeps
}

/** From the mouth to the far end's wire: each beep of Chromium's fake microphone, there and here, on one clock. */
export function mouthToEar(): Promise<Row> {
  return withWindow(
    async ({ page, folder }) => {
      const pcap = join(folder, 'far.pcap')
      const agent = await startAgent(['--answer', 'silence', '--codecs', 'PCMU', '--pcap', pcap])
      await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:ear@127.0.0.1:${agent.port}`)
      await page.getByLabel('Send', { exact: true }).selectOption({ label: 'Send: microphone' })
      await page.getByRole('button', { name: 'Call', exact: true }).click()
      await page.getByRole('region', { name: 'Microphone' }).getByText('You are heard by').waitFor()
      await page.waitForTimeout(talkMs)
      const said = await beepsOf(page)
      await page.getByRole('button', { name: 'Hang up' }).click()
      await agent.until(/"type":"call"/)
      const { report } = JSON.parse(agent.stdout.split('\n').find((line) => line.includes('"type":"call"'))!)
      await agent.stop('SIGTERM')
      const heard = beepsIn(pcap, Number(/\d+$/.exec(report.media.at(-1).local)![0]))
      const delays = said.flatMap((at) => {
        const ear = heard.find((time) => time > at)
        return ear !== undefined && ear - at < 500 ? [ear - at] : []
      })
      if (delays.length < 5) throw new Error(`${said.length} beeps were said, ${heard.length} heard`)
      const figure = median(delays)
      return {
        what: `microphone of the window to the far end's wire, ${delays.length} beeps`,
        measured: `median ${figure.toFixed(0)} ms, p95 ${percentile(delays, 0.95).toFixed(0)} ms`,
        mark: `60 ms beyond the buffer of ${bufferMs} ms`,
        figure,
        ok: figure <= bufferMs + 60,
      }
    },
    { microphone: noteBeeps },
  )
}
