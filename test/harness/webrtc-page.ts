import { chromium, type Browser, type Page } from 'playwright'
import { findPeer } from './install-peers.ts'
import type { Jsep } from './janus.ts'

/** What the script in the page keeps between two questions. */
interface Kept {
  peer: RTCPeerConnection
  analyser: AnalyserNode
}

/** A page in Chromium that sends a tone by WebRTC, and hears. */
export class WebRtcPage {
  readonly #browser: Browser
  readonly #page: Page

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser
    this.#page = page
  }

  static async open(): Promise<WebRtcPage> {
    const browser = await chromium.launch({
      executablePath: findPeer('chromium')!,
      args: [
        ...['--no-sandbox', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'],
        '--disable-features=WebRtcHideLocalIpsWithMdns',
      ],
    })
    return new WebRtcPage(browser, await browser.newPage())
  }

  /** Its offer, all candidates in it. */
  offer(hz: number): Promise<Jsep> {
    return this.#page.evaluate(async (frequency) => {
      const audio = new AudioContext()
      const tone = new OscillatorNode(audio, { frequency })
      const out = audio.createMediaStreamDestination()
      tone.connect(new GainNode(audio, { gain: 0.5 })).connect(out)
      tone.start()
      const analyser = new AnalyserNode(audio, { fftSize: 4096 })
      const peer = new RTCPeerConnection()
      peer.addTrack(out.stream.getAudioTracks()[0]!, out.stream)
      peer.ontrack = ({ track }) => {
        const stream = new MediaStream([track])
        // Chromium decodes what an element plays.
        const element = new Audio()
        element.muted = true
        element.srcObject = stream
        void element.play()
        audio.createMediaStreamSource(stream).connect(analyser)
      }
      Object.assign(globalThis, { kept: { peer, analyser } })
      await peer.setLocalDescription(await peer.createOffer())
      if (peer.iceGatheringState !== 'complete')
        await new Promise<void>((resolve) => {
          peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && resolve()
        })
      return { type: 'offer' as const, sdp: peer.localDescription!.sdp }
    }, hz)
  }

  async take(answer: Jsep): Promise<void> {
    await this.#page.evaluate(
      (description) => (globalThis as unknown as { kept: Kept }).kept.peer.setRemoteDescription(description),
      answer,
    )
  }

  /** The frequency that is the loudest of what it hears now, known to 12 Hz. */
  loudestHz(): Promise<number> {
    return this.#page.evaluate(() => {
      const { analyser } = (globalThis as unknown as { kept: Kept }).kept
      const bins = new Float32Array(analyser.frequencyBinCount)
      analyser.getFloatFrequencyData(bins)
      return (bins.indexOf(Math.max(...bins)) * analyser.context.sampleRate) / analyser.fftSize
    })
  }

  close(): Promise<void> {
    return this.#browser.close()
  }
}
