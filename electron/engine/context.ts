import { isIp } from '../../shared/base/address.ts'
import { settingsSchema, type Settings } from '../../shared/contract/commands.ts'
import type { SourceArgs } from '../../shared/contract/place-call.ts'
import { initialLimits, type BudgetLimits } from '../../shared/model/budgets.ts'
import type { Boundary } from './base/boundary.ts'
import type { Clock } from './base/clock.ts'
import { machine } from './base/errors.ts'
import type { Logs } from './base/log.ts'
import type { Net } from './base/net.ts'
import type { Random } from './base/random.ts'
import type { LocalRoutes } from './base/routes.ts'
import type { BookedCall } from './calls/booked-call.ts'
import type { CallBook } from './calls/call-book.ts'
import type { History } from './history.ts'
import type { Feed } from './feed.ts'
import type { Files } from './files.ts'
import { SampleSource, marker, silence, tone } from './media/audio/source.ts'
import { readWav } from './media/audio/wav.ts'
import { PortPool, type PortRange } from './media/rtp/ports.ts'
import type { Pacer } from './media/rtp/pacer.ts'
import { MediaSession, type MediaOptions, type SourceSpec } from './media/session/session.ts'
import type { Dns } from './sip/resolve/dns.ts'
import type { Stations } from './stations/stations.ts'
import type { Store } from './store/store.ts'

/** How long hanging up and un-registering may take before the engine goes on. */
const patienceMs = 2500
interface ContextParts {
  readonly clock: Clock
  readonly random: Random
  readonly net: Net
  readonly boundary: Boundary
  readonly dns: Dns
  readonly logs: Logs
  readonly routes: LocalRoutes
  readonly pacer: Pacer
  readonly store: Store | null
  readonly book: CallBook
  readonly feed: Feed
  readonly history: History
  readonly files: Files
  readonly stations: Stations
  /** A person looks on: what they may ask for is kept, and calls to the softphone ring. */
  readonly attended: boolean
}

export interface MediaChoice extends Omit<MediaOptions, 'host' | 'signalling'> {
  /** The host that media goes to, as far as it is known. */
  readonly peer: string
  /** Undefined: the address that reaches the peer. */
  readonly localAddress?: string | undefined
  readonly rtpPorts: PortRange | undefined
}

/** What every part of the engine works with. */
export interface Context extends Omit<ContextParts, 'pacer' | 'store'> {
  /** Throws RingbackError (machine) where no profile folder is in use. */
  readonly store: Store
  readonly settings: Settings
  /** What the settings allow strangers to use. */
  readonly limits: BudgetLimits
  saveSettings(settings: Settings): void
  /** A stored secret; null where there is none, or no profile folder. */
  secret(name: string): string | null
  /** Opens the media of a call. Throws RingbackError (machine). */
  openMedia(booked: BookedCall, choice: MediaChoice): Promise<MediaSession>
  /** Throws RingbackError for a file that cannot be played. */
  source(args: SourceArgs): SourceSpec
  /** Waits until something is so, no longer than a few seconds. */
  until(done: () => boolean): Promise<void>
}

export function makeContext({ pacer, store, ...parts }: ContextParts): Context {
  const { clock, random, net } = parts
  const pools = new Map<string, PortPool>()
  let unsaved = settingsSchema.parse({})
  return {
    ...parts,
    get store() {
      if (!store) throw machine('no profile folder is in use: trunks and history need one (--profile)')
      return store
    },
    get settings() {
      return store?.settings ?? unsaved
    },
    get limits() {
      return limitsOf(this.settings)
    },
    saveSettings(settings) {
      if (store) store.saveSettings(settings)
      else unsaved = settings
    },
    secret: (name) => store?.secret(name) ?? null,
    async openMedia(booked, { peer, localAddress, rtpPorts, ...options }) {
      const range = rtpPorts ?? this.settings.rtpPorts
      const key = `${range.first}-${range.last}`
      let ports = pools.get(key)
      if (!ports) pools.set(key, (ports = new PortPool(net, random, range)))
      const host = localAddress ?? localFor(peer, this.settings) ?? (await mediaHost(peer, parts))
      return MediaSession.open(
        { clock, random, pacer, ports, limits: this.limits },
        { ...options, host, signalling: isIp(peer) ? peer : null },
        parts.book.tap(booked),
      )
    },
    source(args) {
      switch (args.kind) {
        case 'echo':
          return { kind: 'echo' }
        case 'marker':
          return { kind: 'marker', source: marker() }
        case 'silence':
          return { kind: 'samples', source: silence() }
        case 'tone':
          return { kind: 'samples', source: tone(args.hz) }
        case 'file':
          return {
            kind: 'samples',
            source: new SampleSource(
              parts.files.using([args.path], ([path]) => readWav(path!)),
              false,
            ),
          }
      }
    },
    async until(done) {
      const startMs = clock.monotonicMs()
      while (!done() && clock.monotonicMs() - startMs < patienceMs)
        await new Promise<void>((resolve) => void clock.after(20, resolve))
    },
  }
}

/** What the settings allow strangers to use. */
export const limitsOf = ({ limits }: Settings): BudgetLimits => ({ ...initialLimits, ...limits })

/** The local address that the settings ask for; null where the system is to choose: none is set, or the peer is this machine. */
export function localFor(peer: string, { localAddress }: Settings): string | null {
  return localAddress === null || /^(127\.|\[?::1|localhost)/i.test(peer) ? null : localAddress
}

/** The local address that media to that host leaves from. */
async function mediaHost(peer: string, { dns, routes }: Pick<ContextParts, 'dns' | 'routes'>): Promise<string> {
  try {
    const [target] = isIp(peer) ? [peer] : await dns.addresses(peer)
    // Without an address of the peer: where the default route leaves.
    return await routes.find(target ?? '192.0.2.1')
  } catch {
    return '127.0.0.1'
  }
}
