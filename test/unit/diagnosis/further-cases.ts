import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'
import type { RuleCases } from './signalling-cases.ts'

const call = (vantage?: ConstructorParameters<typeof TraceBuilder>[0]) => new TraceBuilder(vantage)
/** An INVITE and a reliable 183, sent so often. */
const reliable = (trace: TraceBuilder, times: number, supported = 'Supported: 100rel\n') =>
  [10, 510, 1510, 3510, 7510]
    .slice(0, times)
    .reduce(
      (all, at) => all.response(at, '183 Session Progress', { extra: 'Require: 100rel\nRSeq: 7\n' }),
      trace.request(0, 'INVITE', { body: sdp('10.0.0.5', 20_000), extra: supported }),
    )
const prack = (trace: TraceBuilder, rseq = 7) =>
  trace.request(3600, 'PRACK', { cseq: 2, toTag: ';tag=b', extra: `RAck: ${rseq} 1 INVITE\n` })

/** 300 packets each way. */
const talk = (vantage?: ConstructorParameters<typeof TraceBuilder>[0], skip = (_n: number) => false) =>
  call(vantage)
    .answered()
    .rtp('sent', { fromMs: 1000, packets: 300, skip })
    .rtp('received', { fromMs: 1000, packets: 300 })
const reported = (trace: TraceBuilder, lost: number, highest = 290) =>
  trace.report(3000, 'us', highest - 100, 0, Math.floor(lost / 2)).report(6900, 'us', highest, 0, lost)

/** Rules that only what comes back tells of: acknowledgements and reports. */
export const furtherCases: Readonly<Record<string, RuleCases>> = {
  'provisional-unacknowledged': {
    speaks: [
      [
        () => reliable(call(), 4).at(4000),
        /The peer sent its 183 Session Progress reliably \(RSeq 7\) and repeated it 3 times: no PRACK of this endpoint/,
      ],
      [() => reliable(call('inbound'), 5).at(8000), /repeated it 4 times: no PRACK/],
      [
        () => reliable(call('observed'), 5).response(32_010, '504 Server Time-out').at(33_000),
        /no PRACK of the caller came, and the called party ended the call with 504 Server Time-out/,
      ],
      [() => reliable(call('observed'), 4, '').at(4000), /the INVITE does not say that it knows 100rel/],
      // It acknowledges another.
      [() => prack(reliable(call('observed'), 4), 6).at(4000), /no PRACK/],
    ],
    silent: [
      () => reliable(call(), 3).at(4000),
      () => prack(reliable(call('observed'), 4)).at(4000),
      () => prack(reliable(call('observed'), 4), 8).at(4000),
      // Refused for another reason.
      () => reliable(call('observed'), 5).response(32_010, '603 Decline').at(33_000),
      // Not reliable: repeated for whatever reason.
      () =>
        [10, 510, 1510, 3510, 7510]
          .reduce((all, at) => all.response(at, '180 Ringing'), call('observed').request(0, 'INVITE'))
          .at(8000),
    ],
  },
  'loss-reported': {
    speaks: [
      [
        () => reported(talk(), 40).at(7000),
        /The peer reports \(RTCP\) that 40 of 300 packets .* that left this computer did not reach it \(13\.3 %\)/,
      ],
      [
        () => reported(talk('observed'), 40).at(7000),
        /The peer reports .* that passed this capture point did not reach/,
      ],
      // Of those, ten are missing here already.
      [
        () =>
          reported(
            talk('observed', (n) => n > 0 && n % 30 === 0),
            40,
          ).at(7000),
        /that 31 of 300 packets/,
      ],
    ],
    silent: [
      () => reported(talk(), 3).at(7000),
      () => talk().at(7000),
      // What is missing here is what it misses.
      () =>
        reported(
          talk('observed', (n) => n % 10 === 5),
          30,
        ).at(7000),
      // It counts numbers that never were.
      () => talk().report(3000, 'us', 100).report(6900, 'us', 70_000, 0, 200).at(7000),
      () => reported(talk().observe(0, 'impaired', 'loses', 'loss=10%'), 40).at(7000),
      // What the stream lost before it came from another port was missing here.
      () =>
        talk('observed', (n) => n % 5 === 4)
          .rtp('sent', { fromMs: 7000, packets: 300, sequence: 300, source: { host: '10.0.0.5', port: 20_002 } })
          .report(9000, 'us', 390, 0, 60)
          .report(12_900, 'us', 590, 0, 60)
          .at(13_000),
      // The stream is older than what was recorded, and so may the loss be.
      () =>
        call('observed')
          .response(1000, '200 OK', { body: sdp('203.0.113.9', 30_000) })
          .rtp('sent', { fromMs: 0, packets: 300 })
          .report(3000, 'us', 140, 0, 40)
          .report(5900, 'us', 290, 0, 40)
          .at(7000),
    ],
  },
}
