import { alaw, ulaw, type G711 } from '../../../electron/engine/media/codec/g711.ts'
import { madeSpeech } from '../../harness/made-speech.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'
import { answeredBy, beep, greeting, quiet } from '../../harness/voicemail-call.ts'
import type { RuleCases } from './signalling-cases.ts'

const call = (vantage?: ConstructorParameters<typeof TraceBuilder>[0]) => new TraceBuilder(vantage)
const talk = (trace: TraceBuilder, ms = 3000) =>
  trace.rtp('sent', { fromMs: 1000, packets: ms / 20 }).rtp('received', { fromMs: 1000, packets: ms / 20 })
const telephone = (number: number) =>
  sdp('203.0.113.9', 30_000, '', `0 ${number}`).replace('rtpmap:101', `rtpmap:${number}`)
const ours = (number: number) => sdp('10.0.0.5', 20_000, '', `0 ${number}`).replace('rtpmap:101', `rtpmap:${number}`)

/** A voice, as that law codes it. */
const voice = (codec: G711) => {
  const samples = madeSpeech(3, 8000, 4, -20)
  return (n: number) => {
    const coded = new Uint8Array(160)
    codec.encode(samples.subarray(n * 160, n * 160 + 160), coded, 0)
    return coded
  }
}
const spoken = (codec: G711, payloadType = 0) =>
  talk(call().answered(), 20)
    .rtp('received', { fromMs: 1020, packets: 150, sequence: 1, payload: voice(codec), payloadType })
    .at(4000)

/** Rules of media, beside those in the table of all. */
export const mediaCases: Readonly<Record<string, RuleCases>> = {
  'silent-to-peer': {
    speaks: [
      [
        () =>
          call()
            .answered()
            .rtp('sent', { fromMs: 1000, packets: 150, fill: 0xff })
            .rtp('received', { fromMs: 1000, packets: 150 })
            .at(4000),
        /What this computer sends to the peer carries only silence/,
      ],
    ],
    silent: [
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150, fill: 0xff })
          .rtp('received', { fromMs: 1000, packets: 150 })
          .observe(1500, 'joined', 'joined with the call with b')
          .at(4000),
      () => talk(call().answered()).at(4000),
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150, fill: 0xff })
          .rtp('received', { fromMs: 1000, packets: 150, fill: 0xff })
          .at(4000),
    ],
  },
  'wrong-law': {
    speaks: [
      [() => spoken(alaw), /is announced as PCMU and is PCMA \(A-law\) by its content: this computer hears loud/],
      [
        () =>
          call()
            .answered()
            .rtp('sent', { fromMs: 1000, packets: 150, payload: voice(ulaw), payloadType: 8 })
            .at(4000),
        /is announced as PCMA and is PCMU \(mu-law\) by its content: the peer hears loud distortion/,
      ],
    ],
    silent: [() => spoken(ulaw), () => spoken(alaw, 8), () => talk(call().answered()).at(4000)],
  },
  'voicemail': {
    speaks: [[() => answeredBy([...greeting, beep(), quiet()]), /voicemail that answered: .* a beep of 1000 Hz/]],
    silent: [() => answeredBy([...greeting, quiet()]), () => answeredBy([beep(), quiet()])],
  },
  'digits-lost': {
    speaks: [
      [
        () =>
          talk(call().answered({ answer: telephone(97) }))
            .rtp('sent', { fromMs: 4000, packets: 5, payloadType: 101, sequence: 150 })
            .at(5000),
        /This computer sends digits with payload type 101, its own number of telephone-event; the peer gave .* 97/,
      ],
      [
        () =>
          talk(call().answered({ offer: ours(97), answer: telephone(97) }))
            .rtp('received', { fromMs: 4000, packets: 5, payloadType: 101, sequence: 150 })
            .at(5000),
        /Among the audio of the peer are packets with payload type 101, which nobody named; this computer gave .* 97/,
      ],
    ],
    silent: [
      () => talk(call().answered()).at(4000),
      () =>
        talk(call().answered({ answer: telephone(97) }))
          .rtp('sent', { fromMs: 4000, packets: 5, payloadType: 97, sequence: 150 })
          .at(5000),
      // One packet is no digit.
      () =>
        talk(call().answered({ offer: ours(97), answer: telephone(97) }))
          .rtp('received', { fromMs: 4000, packets: 1, payloadType: 110, sequence: 150 })
          .at(5000),
    ],
  },
}
