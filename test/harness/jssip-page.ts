import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { build } from 'esbuild'
import { chromium, type Browser, type Page } from 'playwright'
import { findPeer } from './install-peers.ts'
import { root } from './process.ts'

/** What the script in the page keeps between two questions. */
interface Kept {
  ua: import('jssip').UA
  analyser: AnalyserNode
  events: string[]
}

/** JsSIP in Chromium, whose microphone beeps once a second, and what it hears. */
export class JsSipPage {
  readonly #browser: Browser
  readonly #server: Server
  readonly #page: Page

  private constructor(browser: Browser, server: Server, page: Page) {
    this.#browser = browser
    this.#server = server
    this.#page = page
  }

  static async open(): Promise<JsSipPage> {
    const { outputFiles } = await build({
      stdin: { contents: "import JsSIP from 'jssip'; globalThis.JsSIP = JsSIP", resolveDir: root },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
    })
    // Only a page of this computer may use the microphone, and open a WebSocket to an agent.
    const server = createServer((_request, response) => void response.end('<!doctype html><title>phone</title>'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const browser = await chromium.launch({
      executablePath: findPeer('chromium')!,
      args: [
        ...['--no-sandbox', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'],
        ...[
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
          '--allow-loopback-in-peer-connection',
        ],
        '--disable-features=WebRtcHideLocalIpsWithMdns',
      ],
    })
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as { port: number }).port}/`)
    await page.addScriptTag({ content: outputFiles[0]!.text })
    return new JsSipPage(browser, server, page)
  }

  /** A phone that is connected, and registered where it has a password; calls to it are answered. */
  async connect(url: string, uri: string, password: string | null): Promise<void> {
    await this.#page.evaluate(
      async ([socketUrl, ownUri, secret]) => {
        const { JsSIP } = globalThis as unknown as { JsSIP: typeof import('jssip') }
        const audio = new AudioContext()
        const analyser = new AnalyserNode(audio, { fftSize: 4096 })
        const events: string[] = []
        const ua = new JsSIP.UA({
          sockets: [new JsSIP.WebSocketInterface(socketUrl!)],
          uri: ownUri!,
          register: secret !== null,
          ...(secret !== null && { password: secret }),
          session_timers: false,
        })
        ua.on('newRTCSession', ({ session, originator }: { session: any; originator: string }) => {
          for (const event of ['accepted', 'confirmed', 'ended', 'failed'])
            session.on(event, (data: any) => events.push(`${event} ${data?.cause ?? ''}`.trim()))
          const hear = (peer: RTCPeerConnection) =>
            peer.addEventListener('track', ({ track }) => {
              const stream = new MediaStream([track])
              // Chromium decodes what an element plays.
              const element = new Audio()
              element.muted = true
              element.srcObject = stream
              void element.play()
              audio.createMediaStreamSource(stream).connect(analyser)
            })
          session.on('peerconnection', ({ peerconnection }: { peerconnection: RTCPeerConnection }) =>
            hear(peerconnection),
          )
          if (session.connection) hear(session.connection)
          if (originator === 'remote') session.answer({ mediaConstraints: { audio: true, video: false } })
        })
        Object.assign(globalThis, { kept: { ua, analyser, events } })
        await new Promise<void>((resolve, reject) => {
          ua.on(secret === null ? 'connected' : 'registered', () => resolve())
          ua.on('disconnected', () => reject(new Error('disconnected')))
          ua.on('registrationFailed', ({ cause }: { cause?: string }) => reject(new Error(cause)))
          ua.start()
        })
      },
      [url, uri, password] as const,
    )
  }

  /** Calls, and waits until the call is up; rejects with the cause where it fails. */
  async call(uri: string): Promise<void> {
    await this.#page.evaluate((target) => {
      const { ua } = (globalThis as unknown as { kept: Kept }).kept
      ua.call(target, { mediaConstraints: { audio: true, video: false } })
    }, uri)
    await this.until('confirmed')
  }

  /** Waits for an event of the call; another end of it rejects. */
  async until(event: string): Promise<void> {
    const seen = await this.#page.waitForFunction(
      (wanted) => {
        const { events } = (globalThis as unknown as { kept: Kept }).kept
        return events.find((one) => one === wanted || /^(failed|ended)/.test(one))
      },
      event,
      { timeout: 15_000 },
    )
    const found = await seen.jsonValue()
    if (found !== event && !found?.startsWith(event)) throw new Error(found)
  }

  hangUp(): Promise<void> {
    return this.#page.evaluate(() => (globalThis as unknown as { kept: Kept }).kept.ua.terminateSessions())
  }

  /** The loudest frequency that it hears now, known to 12 Hz, and how loud. */
  heard(): Promise<{ hz: number; db: number }> {
    return this.#page.evaluate(() => {
      const { analyser } = (globalThis as unknown as { kept: Kept }).kept
      const bins = new Float32Array(analyser.frequencyBinCount)
      analyser.getFloatFrequencyData(bins)
      const db = Math.max(...bins)
      return { hz: (bins.indexOf(db) * analyser.context.sampleRate) / analyser.fftSize, db }
    })
  }

  async close(): Promise<void> {
    await this.#browser.close()
    this.#server.close()
  }
}
