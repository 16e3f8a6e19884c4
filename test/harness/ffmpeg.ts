import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPeer } from './install-peers.ts'
import { Running, freePair } from './process.ts'

const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'warning']

export interface Listener extends Running {
  /** Where it listens for RTP. */
  readonly port: number
  /** What it heard, as a WAV file; complete when it has ended. */
  readonly heard: string
  remove(): void
}

/** ffmpeg as the receiver of a session description of PCMU. */
export async function startFfmpegListener(): Promise<Listener> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-ffmpeg-'))
  const port = await freePair()
  const [description, heard] = [join(folder, 'in.sdp'), join(folder, 'heard.wav')]
  writeFileSync(
    description,
    `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio ${port} RTP/AVP 0\n`,
  )
  const listener = new Running(findPeer('ffmpeg')!, [
    ...quiet,
    ...['-protocol_whitelist', 'file,udp,rtp', '-i', description, '-y', heard],
  ])
  await bound(port)
  return Object.assign(listener, { port, heard, remove: () => rmSync(folder, { recursive: true, force: true }) })
}

/** ffmpeg as a sender: a 440 Hz sine as PCMU, from one port to another. */
export async function startFfmpegSender(from: number, to: number): Promise<Running> {
  return new Running(findPeer('ffmpeg')!, [
    ...quiet,
    ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=8000', '-ac', '1', '-c:a', 'pcm_mulaw'],
    ...['-f', 'rtp', '-payload_type', '0', `rtp://127.0.0.1:${to}?localrtpport=${from}&pkt_size=172`],
  ])
}

/** Waits until the kernel has a socket at that UDP port. */
async function bound(port: number): Promise<void> {
  const { readFileSync } = await import('node:fs')
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (let waited = 0; waited < 5000; waited += 20) {
    const lines = [
      ...readFileSync('/proc/net/udp', 'utf8').split('\n'),
      ...readFileSync('/proc/net/udp6', 'utf8').split('\n'),
    ]
    if (lines.some((line) => line.trim().split(/\s+/)[1]?.endsWith(hex))) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`ffmpeg does not listen on ${port}`)
}
