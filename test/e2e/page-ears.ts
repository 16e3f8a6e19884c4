import type { BrowserContext, Page } from 'playwright'

/** What the page hears of its calls, and the microphones that it has opened. */
export interface Heard {
  analyser: AnalyserNode
  tracks: MediaStreamTrack[]
}

/** Hears along in the page; its microphone beeps once a second. */
export async function hearAlong(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    // An empty page has none.
    if (!('mediaDevices' in navigator)) return
    const audio = new AudioContext()
    const heard: Heard = { analyser: new AnalyserNode(audio, { fftSize: 4096 }), tracks: [] }
    Object.assign(globalThis, { heard })
    const Connection = RTCPeerConnection
    globalThis.RTCPeerConnection = class extends Connection {
      constructor(...args: ConstructorParameters<typeof Connection>) {
        super(...args)
        this.addEventListener('track', ({ track }) =>
          audio.createMediaStreamSource(new MediaStream([track])).connect(heard.analyser),
        )
      }
    }
    const { getUserMedia } = MediaDevices.prototype
    MediaDevices.prototype.getUserMedia = async function (constraints) {
      const stream = await getUserMedia.call(this, constraints)
      heard.tracks.push(...stream.getTracks())
      return stream
    }
  })
}

/** The loudest frequency that the page hears now, known to 12 Hz. */
export const hertz = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { analyser } = (globalThis as unknown as { heard: Heard }).heard
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    const db = Math.max(...bins)
    return db < -60 ? 0 : (bins.indexOf(db) * analyser.context.sampleRate) / analyser.fftSize
  })
