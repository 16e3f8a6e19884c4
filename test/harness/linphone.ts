import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPeer } from './install-peers.ts'
import { Running, freePair, freePort } from './process.ts'
import { sineWav } from './tone-files.ts'

export interface Linphone extends Running {
  readonly port: number
  /** What it heard, as a WAV file; complete when the call has ended. */
  readonly heard: string
  /** A command, as one types it. */
  type(command: string): void
  remove(): void
}

/** [mime, clock, channels] of the codecs that linphone has, as its file of settings names them. */
const codecs: readonly (readonly [string, number, number])[] = [
  ['opus', 48_000, 2],
  ['speex', 16_000, 1],
  ['speex', 8000, 1],
  ['PCMU', 8000, 1],
  ['PCMA', 8000, 1],
  ['G722', 8000, 1],
  ['L16', 44_100, 1],
  ['L16', 44_100, 2],
]
const only = (codec: string) =>
  codecs
    .map(
      ([mime, rate, channels], n) =>
        `[audio_codec_${n}]\nmime=${mime}\nrate=${rate}\nchannels=${channels}\nenabled=${mime === codec ? 1 : 0}\n`,
    )
    .join('')

/** linphonec on loopback: sends a 440 Hz sine, writes what it hears, answers by itself. `codec`: no other is spoken. */
export async function startLinphone({
  encryption = 'none',
  mandatory = false,
  codec = '',
}: { encryption?: string; mandatory?: boolean; codec?: string } = {}): Promise<Linphone> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-linphone-'))
  const port = await freePort()
  const rtp = await freePair()
  const heard = join(folder, 'heard.wav')
  const sine = join(folder, 'sine.wav')
  writeFileSync(sine, sineWav(440, 30))
  writeFileSync(
    join(folder, 'rc'),
    `[sip]
sip_port=${port}
sip_tcp_port=0
sip_tls_port=0
bind_address=127.0.0.1
use_ipv6=0
default_proxy=-1
media_encryption=${encryption}
media_encryption_mandatory=${mandatory ? 1 : 0}
contact="linphone" <sip:linphone@127.0.0.1:${port}>
[rtp]
audio_rtp_port=${rtp}
[sound]
echocancellation=0
[storage]
uri=null
${codec === '' ? '' : only(codec)}`,
  )
  const linphone = new Running(findPeer('linphonec')!, ['-c', join(folder, 'rc'), '-a'], {
    cwd: folder,
    env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    input: true,
  })
  const type = (command: string) => void linphone.child.stdin!.write(`${command}\n`)
  type('soundcard use files')
  await linphone.until(/Using wav files/)
  type(`play ${sine}`)
  type(`record ${heard}`)
  type('status hook')
  await linphone.until(/hook=on-hook/)
  return Object.assign(linphone, {
    port,
    heard,
    type,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  })
}
