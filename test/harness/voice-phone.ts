import type { VoiceLine } from '../../shared/contract/client.ts'
import { initialLimits } from '../../shared/model/budgets.ts'
import { Boundary } from '../../electron/engine/base/boundary.ts'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { noLogs } from '../../electron/engine/base/log.ts'
import { systemRandom } from '../../electron/engine/base/random.ts'
import { systemNet } from '../../electron/engine/base/system-net.ts'
import { TextSocket } from '../../electron/engine/base/text-socket.ts'
import type { Engine } from '../../electron/engine/engine.ts'
import type { SourceSpec } from '../../electron/engine/media/audio/source.ts'
import { DigestClient } from '../../electron/engine/sip/digest/client.ts'
import { hopTo } from '../../electron/engine/sip/pending.ts'
import { MediaOpener } from '../../electron/engine/stations/media-opener.ts'
import { Stations } from '../../electron/engine/stations/stations.ts'
import type { OutboundCall } from '../../electron/engine/ua/index.ts'

/** What the phone in a window does, of our own parts: it calls over its line, by DTLS-SRTP. */
export class VoicePhone {
  readonly observed: string[] = []
  /** What it coded, by packet. */
  readonly sent: Buffer[] = []
  readonly #line: VoiceLine
  readonly #stations: Stations
  readonly #opener: MediaOpener
  readonly #socket: TextSocket
  readonly #station

  constructor(engine: Engine) {
    const shared = { clock: systemClock, random: systemRandom, net: systemNet }
    const dns = { naptr: async () => [], srv: async () => [], addresses: async () => [] }
    const boundary = new Boundary(({ error }) => this.observed.push(String(error)))
    this.#stations = new Stations(
      { ...shared, boundary, dns, dnsOf: () => dns, logs: noLogs, limits: () => initialLimits },
      { traceChanged: () => {}, limitReached: () => {} },
    )
    this.#opener = new MediaOpener({
      ...shared,
      profile: {
        settings: { rtpPorts: { first: 30_000, last: 39_999 } },
        limits: initialLimits,
        localAddressFor: () => null,
      },
      soundPath: (name, use) => use(name),
      sounds: {
        samples: () => Promise.reject(new Error('no files')),
        spoken: () => Promise.reject(new Error('no speech')),
      },
    })
    this.#station = this.#stations.open({ localAddress: null, tlsCa: null, tlsInsecure: false, tlsIdentity: null })
    this.#socket = new TextSocket((message) => this.#line.take(message))
    this.#line = engine.openVoice((message) => this.#socket.take(message))
    this.#station.endpoint.accept('ws', this.#socket)
  }

  /** Resolves when the call is answered; rejects with the status that it is refused with. */
  async call(uri: string, codecs: readonly string[], source: SourceSpec): Promise<OutboundCall> {
    const callId = this.#station.ua.newCallId()
    const media = await this.#opener.open(
      {
        peer: '127.0.0.1',
        localAddress: null,
        rtpPorts: undefined,
        codecs,
        encryption: 'dtls',
        source,
        recordTo: null,
      },
      {
        rtp: (_at, _source, _destination, _bytes, clear, sent) =>
          void (sent && this.sent.push(Buffer.from(clear.subarray(12)))),
        rtcp: () => {},
        foreign: () => {},
        observe: (kind, text) => this.observed.push(`${kind}: ${text}`),
      },
    )
    const { host, port } = this.#socket.remote
    const call = this.#station.ua.call(
      {
        uri,
        hop: hopTo(`sip:${host}:${port};transport=ws`)!,
        fromUri: 'sip:window@voice.invalid',
        fromUser: 'window',
        displayName: null,
        headers: [],
        ringTimeoutMs: 10_000,
        digest: new DigestClient(null, systemRandom),
      },
      callId,
    )
    return new Promise((resolve, reject) => {
      call.events.on('state', (state) => {
        if (state.kind === 'answered') resolve(call)
        if (state.kind === 'ended') reject(new Error(JSON.stringify(state.cause)))
      })
      call.start(media)
    })
  }

  close(): void {
    this.#line.close()
    this.#stations.close(this.#station)
  }
}
