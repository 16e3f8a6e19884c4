import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** The real peers of the interop tests, with the Debian package of each. */
export const peers = {
  'sipp': 'sip-tester',
  'kamailio': 'kamailio',
  'baresip': 'baresip',
  'tshark': 'tshark',
  'sngrep': 'sngrep',
  'chromium': 'chromium',
  'linphonec': 'linphone-cli',
  'rtpengine': 'rtpengine-daemon',
  'ffmpeg': 'ffmpeg',
  'janus': 'janus',
  'espeak-ng': 'espeak-ng',
  'Net/SIP.pm': 'libnet-sip-perl',
} as const
export type Peer = keyof typeof peers

const alsoNeeded = ['kamailio-tls-modules', 'kamailio-websocket-modules', 'fonts-dejavu-core']

const folders = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/usr/share/perl5']

/** The path of a peer's program, or of its library; null where it is not installed. */
export function findPeer(name: Peer): string | null {
  return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path)) ?? null
}

/** Installs missing peers where it may (root on Debian); in CI a peer that is missing afterwards is a failure. */
export default function install(): void {
  const missing = (Object.keys(peers) as Peer[]).filter((name) => findPeer(name) === null)
  const modules = ['tls', 'websocket'].every((name) =>
    ['x86_64', 'aarch64'].some((machine) => existsSync(`/usr/lib/${machine}-linux-gnu/kamailio/modules/${name}.so`)),
  )
  if (missing.length === 0 && modules) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const packages = [...missing.map((name) => peers[name]), ...alsoNeeded]
    process.stderr.write(`installing ${packages.join(' ')}\n`)
    try {
      execFileSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
    } catch (error) {
      process.stderr.write(`apt-get failed: ${String(error)}\n`)
    }
  }
  const still = (Object.keys(peers) as Peer[]).filter((name) => findPeer(name) === null)
  if (still.length === 0) return
  const text = `peers are missing: ${still.join(', ')} (Debian: ${still.map((name) => peers[name]).join(' ')})`
  if (process.env['CI']) throw new Error(text)
  process.stderr.write(`SKIPPED: ${text}\n`)
}
