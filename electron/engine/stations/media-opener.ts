import { isIp } from '../../../shared/base/address.ts'
import type { Settings } from '../../../shared/contract/commands.ts'
import type { Music } from '../../../shared/contract/music.ts'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import type { BudgetLimits } from '../../../shared/model/budgets.ts'
import type { Clock } from '../base/clock.ts'
import { explainError, machine } from '../base/errors.ts'
import type { Net } from '../base/net.ts'
import type { Random } from '../base/random.ts'
import { LocalRoutes } from '../base/routes.ts'
import type { Samples, SoundFiles } from '../media/audio/sound-files.ts'
import { SampleSource, silence, tone, type MusicAt, type SourceSpec } from '../media/audio/source.ts'
import { Pacer } from '../media/session/pacer.ts'
import { MediaSession, type MediaOptions } from '../media/session/session.ts'
import type { MediaTap } from '../media/session/tap.ts'
import { PortPool, type PortRange } from '../media/transport/ports.ts'

/** What a person has set about media. */
interface MediaProfile {
  readonly settings: Pick<Settings, 'rtpPorts'>
  readonly limits: BudgetLimits
  /** The local address to use towards a peer; null: the one that reaches it. */
  localAddressFor(peer: string): string | null
}

export interface MediaOpenerDeps {
  readonly clock: Clock
  readonly random: Random
  readonly net: Net
  readonly profile: MediaProfile
  /** The path of a sound that is named by id or path. Throws RingbackError. */
  soundPath<T>(name: string, use: (path: string) => T): T
  readonly sounds: Pick<SoundFiles, 'samples' | 'spoken'>
}

export interface MediaChoice extends Omit<MediaOptions, 'host' | 'signalling'> {
  /** The host that media goes to, as far as it is known. */
  readonly peer: string
  /** Null: the one that reaches the peer; undefined: as the settings say. */
  readonly localAddress?: string | null
  /** The local address that the signalling of a call came to. */
  readonly reachedAt?: string
  readonly rtpPorts: PortRange | undefined
}

/** Opens the media of calls: at which address, from which range of ports, with what to send. */
export class MediaOpener {
  readonly #deps: MediaOpenerDeps
  readonly #routes: LocalRoutes
  readonly #pacer: Pacer
  readonly #pools = new Map<string, PortPool>()

  constructor(deps: MediaOpenerDeps) {
    this.#deps = deps
    this.#routes = new LocalRoutes(deps.net, deps.clock)
    this.#pacer = new Pacer(deps.clock)
  }

  /**
   * Media to a name is opened with the first offer: only then is it known where that goes. Throws RingbackError
   * (machine): no port is free, or no network reaches the peer.
   */
  async open(choice: MediaChoice, tap: MediaTap): Promise<MediaSession> {
    const { clock, random, profile } = this.#deps
    const { peer, localAddress, reachedAt, rtpPorts, ...options } = choice
    const chosen = (localAddress === undefined ? profile.localAddressFor(peer) : localAddress) ?? reachedAt ?? null
    const host = chosen ?? (isIp(peer) ? await this.#hostTowards(peer) : null)
    return MediaSession.open(
      {
        clock,
        random,
        pacer: this.#pacer,
        ports: this.#pool(rtpPorts ?? profile.settings.rtpPorts),
        limits: profile.limits,
      },
      { ...options, host, signalling: isIp(peer) ? peer : null },
      tap,
    )
  }

  /**
   * What a call of those codecs sends; of the usual ones where none are named. Throws RingbackError for a file that
   * cannot be played, and for a text that cannot be spoken.
   */
  async source(args: SourceArgs, codecs?: readonly string[]): Promise<SourceSpec> {
    switch (args.kind) {
      case 'echo':
        return { kind: 'echo' }
      case 'marker':
        return { kind: 'marker' }
      // Until a voice leg brings what is said.
      case 'microphone':
      case 'silence':
        return { kind: 'samples', at: silence }
      case 'tone':
        return { kind: 'samples', at: (rateHz) => tone(args.hz, rateHz) }
      case 'file':
      case 'speech': {
        const samples = await this.sound(args, codecs)
        return { kind: 'samples', at: (rateHz) => new SampleSource(samples(rateHz), false) }
      }
    }
  }

  /** What a peer on hold is to hear, a file again and again. Throws RingbackError for one that cannot be played. */
  async music(args: Music | undefined, codecs?: readonly string[]): Promise<MusicAt | null> {
    switch (args?.kind) {
      case undefined:
        return null
      case 'silence':
        return silence
      case 'tone':
        return (rateHz) => tone(args.hz, rateHz)
      case 'file': {
        const samples = await this.sound(args, codecs)
        return (rateHz) => new SampleSource(samples(rateHz), true)
      }
    }
  }

  /** What a file or a spoken text is, at the rates of those codecs. Throws RingbackError as `source` does. */
  sound(args: Extract<SourceArgs, { kind: 'file' | 'speech' }>, codecs?: readonly string[]): Promise<Samples> {
    const { soundPath, sounds } = this.#deps
    return args.kind === 'speech'
      ? sounds.spoken(args.text, codecs)
      : soundPath(args.path, (path) => sounds.samples(path, codecs))
  }

  #pool(range: PortRange): PortPool {
    const key = `${range.first}-${range.last}`
    let ports = this.#pools.get(key)
    if (!ports) this.#pools.set(key, (ports = new PortPool(this.#deps.net, this.#deps.random, range)))
    return ports
  }

  /** The local address that media to that address leaves from. */
  async #hostTowards(peer: string): Promise<string> {
    try {
      return await this.#routes.find(peer)
    } catch (error) {
      throw machine(`media cannot be sent to ${peer}: ${explainError(error)}`, error)
    }
  }
}
