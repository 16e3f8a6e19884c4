import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPeer } from './install-peers.ts'
import { Running, freePort } from './process.ts'

export interface Baresip extends Running {
  readonly port: number
  /** What it heard, as WAV files; complete when it has ended. */
  recordings(): string[]
  remove(): void
}

/** Where baresip has codecs, by their names. */
const codecModules: Readonly<Record<string, string>> = { G722: 'g722', L16: 'l16', opus: 'opus' }

/** baresip on loopback: sends a 440 Hz sine, writes what it hears, answers by itself. `codec`: in place of G.711. */
export async function startBaresip({
  accountParams = '',
  command,
  codec = '',
}: { accountParams?: string; command?: string; codec?: string } = {}): Promise<Baresip> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-baresip-'))
  // The port after it is where baresip listens for TLS.
  const port = await freePort(2)
  const rtp = 30_000 + 2 * Math.floor(Math.random() * 4000)
  writeFileSync(
    join(folder, 'config'),
    `
sip_listen 127.0.0.1:${port}
net_interface 127.0.0.1
rtp_ports ${rtp}-${rtp + 20}
audio_source ausine,440
audio_player aufile,${join(folder, 'unused.wav')}
audio_alert ausine,440
ausrc_srate 48000
ausrc_channels 2
auplay_srate ${codec in codecModules ? 0 : 8000}
module_path /usr/lib/baresip/modules
module ${codecModules[codec] ?? 'g711'}.so
module srtp.so
module ausine.so
module aufile.so
module sndfile.so
snd_path ${folder}
module_tmp account.so
module_app contact.so
module_app menu.so
`,
  )
  writeFileSync(join(folder, 'accounts'), `<sip:bare@127.0.0.1:${port}>;regint=0;answermode=auto${accountParams}\n`)
  writeFileSync(join(folder, 'contacts'), '')
  const baresip = new Running(
    findPeer('baresip')!,
    ['-f', folder, ...(command === undefined ? [] : ['-e', command]), '-t', '30'],
    { cwd: folder },
  )
  await baresip.until(/baresip is ready/)
  return Object.assign(baresip, {
    port,
    recordings: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('-dec.wav'))
        .map((name) => join(folder, name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  })
}
