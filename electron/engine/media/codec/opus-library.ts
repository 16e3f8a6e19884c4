import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { explainError, machine } from '../../base/errors.ts'

/** Of the global of Node what is used here: its types are those of browsers, which this is none of. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** What is used of libopus, by the names of opus_encoder.h and opus_decoder.h; addresses are numbers. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly _initialize: () => void
  malloc(bytes: number): number
  free(address: number): void
  opus_encoder_get_size(channels: number): number
  opus_encoder_init(state: number, rateHz: number, channels: number, application: number): number
  opus_encoder_ctl_set(state: number, request: number, value: number): number
  opus_encode(state: number, pcm: number, samples: number, packet: number, most: number): number
  opus_decoder_get_size(channels: number): number
  opus_decoder_init(state: number, rateHz: number, channels: number): number
  opus_decode(state: number, packet: number, bytes: number, pcm: number, samples: number, recover: number): number
}

/** Of one packet: 120 ms of 48 kHz in two channels (RFC 6716 2.1.4). */
export const mostSamples = 5760
const mostChannels = 2
/** Six frames of 20 ms, each of 1275 bytes, and what counts them. */
export const mostPacketBytes = 8192

/** libopus as WebAssembly, loaded when the first stream of it begins: a process without any never reads it. */
class OpusLibrary {
  readonly exports: Exports
  /** Where packets and samples lie that go in and come out. */
  readonly packet: number
  readonly pcm: number
  #bytes = new Uint8Array(0)
  #samples = new Int16Array(0)

  constructor(code: Uint8Array<ArrayBuffer>) {
    const nothing = () => 0
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), {
      wasi_snapshot_preview1: { proc_exit: nothing, fd_close: nothing, fd_write: nothing, fd_seek: nothing },
      env: { emscripten_notify_memory_growth: nothing },
    })
    this.exports = exports as Exports
    const { _initialize: initialize } = this.exports
    initialize()
    this.packet = this.allocate(mostPacketBytes)
    this.pcm = this.allocate(mostSamples * mostChannels * 2)
  }

  /** Throws RingbackError (machine) where there is no memory. */
  allocate(bytes: number): number {
    const address = this.exports.malloc(bytes)
    if (address === 0) throw machine('there is no memory for another Opus stream')
    return address
  }

  /** The memory, which moves when it grows. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.exports.memory.buffer)
    return this.#bytes
  }

  get samples(): Int16Array {
    if (this.#samples.length === 0) this.#samples = new Int16Array(this.exports.memory.buffer)
    return this.#samples
  }
}

/** Beside the bundle that this is in; in a source tree where the package has it. */
const file =
  extname(import.meta.url) === '.ts'
    ? import.meta.resolve('@evan/opus/wasm/simd.wasm')
    : new URL('./opus.wasm', import.meta.url)

let library: OpusLibrary | null = null

/** Throws RingbackError (machine) when its file cannot be read. */
export function opusLibrary(): OpusLibrary {
  if (library) return library
  try {
    return (library = new OpusLibrary(readFileSync(new URL(file))))
  } catch (error) {
    throw machine(`Opus cannot be loaded: ${explainError(error)}`, error)
  }
}
