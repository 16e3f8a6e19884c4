import { SrtpContext } from '../../electron/engine/srtp/srtp.ts'
import { masterBytes } from '../../electron/engine/srtp/suites.ts'
import { srtpSuites, type SrtpSuite } from '../../shared/model/encryption.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'
import { median, type Row } from './row.ts'

const packets = 20_000
const rounds = 5
const ssrc = 0xcafe

interface Speed {
  readonly suite: SrtpSuite
  /** Packets a second of one core. */
  readonly protects: number
  readonly unprotects: number
}

/** G.711 of 20 ms, sealed and opened one after the other. */
function speedOf(suite: SrtpSuite): Speed {
  const key = new Uint8Array(masterBytes(suite)).map((_, i) => i * 7)
  // Of its processor time: what else runs on the machine takes none of it.
  const perSecond = (work: (n: number) => void): number => {
    const before = process.cpuUsage()
    for (let n = 0; n < packets; n++) work(n)
    const { user, system } = process.cpuUsage(before)
    return (packets * 1e6) / (user + system)
  }
  const measured = Array.from({ length: rounds + 1 }, () => {
    const [seal, open] = [new SrtpContext(suite, key), new SrtpContext(suite, key)]
    const sealed: Uint8Array[] = []
    const packet = new Uint8Array(rtpHeaderBytes + 160).fill(0x55)
    const protects = perSecond((n) => {
      writeRtpHeader(packet, 0, false, n, n * 160, ssrc)
      sealed.push(seal.protectRtp(packet, rtpHeaderBytes, ssrc, n))
    })
    const unprotects = perSecond((n) => {
      if (typeof open.unprotectRtp(sealed[n]!, rtpHeaderBytes, ssrc, n) === 'string') throw new Error('not opened')
    })
    return { protects, unprotects }
  }).slice(1)
  return {
    suite,
    protects: median(measured.map(({ protects }) => protects)),
    unprotects: median(measured.map(({ unprotects }) => unprotects)),
  }
}

export function srtpSpeed(): Promise<Row> {
  const speeds = srtpSuites.map(speedOf)
  const thousands = (perSecond: number) => `${Math.round(perSecond / 1000)}`
  const slowest = Math.min(...speeds.flatMap(({ protects, unprotects }) => [protects, unprotects]))
  return Promise.resolve({
    what: 'SRTP packets protected / unprotected a second, one core',
    measured: speeds
      .map(({ suite, protects, unprotects }) => `${suite} ${thousands(protects)},000 / ${thousands(unprotects)},000`)
      .join('; '),
    mark: 'at least 100,000 each',
    figure: -slowest,
    ok: slowest >= 100_000,
  })
}
