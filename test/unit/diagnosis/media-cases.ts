import { alaw, ulaw, type G711 } from '../../../electron/engine/media/codec/g711.ts'
import { madeSpeech } from '../../harness/made-speech.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder, type RtpOptions } from '../../harness/traces.ts'
import { answeredBy, beep, greeting, quiet } from '../../harness/voicemail-call.ts'
import type { RuleCases } from './signalling-cases.ts'

const call = (vantage?: ConstructorParameters<typeof TraceBuilder>[0]) => new TraceBuilder(vantage)
const talk = (trace: TraceBuilder, ms = 3000) =>
  trace.rtp('sent', { fromMs: 1000, packets: ms / 20 }).rtp('received', { fromMs: 1000, packets: ms / 20 })
const telephone = (number: number) =>
  sdp('203.0.113.9', 30_000, '', `0 ${number}`).replace('rtpmap:101', `rtpmap:${number}`)
const ours = (number: number) => sdp('10.0.0.5', 20_000, '', `0 ${number}`).replace('rtpmap:101', `rtpmap:${number}`)

/** What the peer sends from the answer on. */
const paced = (options: Omit<RtpOptions, 'fromMs'>, vantage?: ConstructorParameters<typeof TraceBuilder>[0]) =>
  call(vantage)
    .answered()
    .rtp('received', { fromMs: 1000, ...options })

const elsewhere = (port: number) => ({ host: '198.51.100.7', port })

/** What the peer sends of its camera from the answer on. */
const video = (options: Omit<RtpOptions, 'fromMs'>) => {
  const withCamera = (host: string, port: number) =>
    `${sdp(host, port)}m=video ${port + 2} RTP/AVP 97\na=rtpmap:97 H264/90000\n`
  return call()
    .answered({ offer: withCamera('10.0.0.5', 20_000), answer: withCamera('203.0.113.9', 30_000) })
    .rtp('received', {
      fromMs: 1000,
      payloadType: 97,
      source: { host: '203.0.113.9', port: 30_002 },
      target: { host: '10.0.0.5', port: 20_002 },
      ...options,
    })
}

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
  'sent-ahead': {
    speaks: [
      // Ten seconds of speech in four.
      [
        () => paced({ packets: 500, everyMs: 8 }).at(7000),
        /comes up to 6\.0 s before its time: the peer sends it faster than it can be played.* of this computer has no/,
      ],
      [() => paced({ packets: 500, everyMs: 8 }, 'observed').at(7000), /of the caller has no room/],
    ],
    silent: [
      () => paced({ packets: 500, everyMs: 20 }).at(12_000),
      // Late, and then all at once.
      () =>
        paced({ packets: 200, everyMs: 20 })
          .rtp('received', { fromMs: 7000, packets: 100, everyMs: 0.1, sequence: 200 })
          .rtp('received', { fromMs: 7020, packets: 200, everyMs: 20, sequence: 300 })
          .at(12_000),
      // The network stood still for six seconds.
      () =>
        paced({ packets: 200, everyMs: 20 })
          .rtp('received', { fromMs: 11_000, packets: 300, everyMs: 0.1, sequence: 200 })
          .rtp('received', { fromMs: 11_040, packets: 200, everyMs: 20, sequence: 500 })
          .at(16_000),
      // From the answer on, too.
      () =>
        call()
          .answered()
          .rtp('received', { fromMs: 6000, packets: 250, everyMs: 0.1 })
          .rtp('received', { fromMs: 6040, packets: 250, everyMs: 20, sequence: 250 })
          .at(12_000),
      // A clock that is too fast for minutes.
      () => paced({ packets: 9000, everyMs: 19.6 }).at(180_000),
      // Nobody named its addresses: what a payload type means there is a guess.
      () => paced({ packets: 500, everyMs: 8, source: elsewhere(30_002), target: elsewhere(20_002) }).at(7000),
      // Packets of 10 ms.
      () => paced({ packets: 900, everyMs: 10, ticks: 80 }).at(11_000),
      // A clock rate that is wrong.
      () => paced({ packets: 500, everyMs: 20, ticks: 320 }).at(12_000),
    ],
  },
  'clock-skew': {
    speaks: [
      [
        () => paced({ packets: 4600, everyMs: 19.6 }).at(92_000),
        /The clock of the peer runs 2\.04 % too fast \(± 0\.00\d %\) beside this computer's: its audio is 1224 ms more/,
      ],
      [() => paced({ packets: 4600, everyMs: 20.4 }).at(96_000), /runs 1\.96 % too slow .* buffer .* runs empty/],
      [
        () =>
          paced({ packets: 4600, everyMs: 19.6 }, 'observed').rtp('sent', { fromMs: 1000, packets: 4600 }).at(94_000),
        /The clock of the peer runs 2\.04 % too fast/,
      ],
    ],
    silent: [
      () => paced({ packets: 4600, everyMs: 20 }).at(94_000),
      () => paced({ packets: 4600, everyMs: 20.01 }).at(94_000),
      () => paced({ packets: 2000, everyMs: 19.6 }).at(42_000),
      // A clock rate that is wrong.
      () => paced({ packets: 4600, everyMs: 20, ticks: 176 }).at(94_000),
      // 29.9 frames a second that say 30.
      () => video({ packets: 2900, everyMs: 1000 / 29.9, ticks: 3000 }).at(99_000),
      // One stream alone, and nothing to tell whose clock is wrong.
      () => paced({ packets: 4600, everyMs: 19.6 }, 'observed').at(92_000),
      // Both alike: the clock that recorded them is wrong.
      () =>
        paced({ packets: 4600, everyMs: 19.6 }, 'observed')
          .rtp('sent', { fromMs: 1000, packets: 4600, everyMs: 19.6 })
          .at(92_000),
    ],
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
