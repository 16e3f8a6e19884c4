import { z } from 'zod'

const ms = z.number().describe('milliseconds')

/** How the packets of a stream lay in time, as they passed here. It says what came, and blames nobody. */
export const timingSchema = z.object({
  jitterBufferMs: ms.describe('the fixed jitter buffer that late packets are counted against'),
  late: z
    .int()
    .describe(
      'packets that came more than the jitter buffer behind the fastest of five to ten seconds before them; after 25 ' +
        'in a row it begins anew',
    ),
  latePercent: z.number(),
  gmin: z.int().describe('so many packets in a row that came in time end a burst (RFC 3611 4.7.2)'),
  bursts: z.int().describe('of two and more packets that were lost or late, close to one another'),
  burstDensityPercent: z.number().describe('of the packets in bursts, those that were lost or late'),
  meanBurstMs: ms,
  gapDensityPercent: z.number().describe('of the packets outside bursts, those that were lost or late'),
  meanGapMs: ms,
  longestGapMs: ms.describe('the longest time without a packet; of a call without its holds'),
  clockSkew: z
    .object({
      ppm: z.number().describe('above 0 the clock of the sender is faster than the one here'),
      uncertaintyPpm: z.number().describe('in 19 of 20 cases the true value lies within so much of it'),
      overMs: ms,
    })
    .nullable()
    .describe('of the timestamps against arrivals; null: a minute and more of even arrivals is needed for it'),
  pacing: z
    .object({
      packetMs: ms.nullable().describe('audio of a packet, by the timestamps; null where they do not tell'),
      togetherPercent: z.number().describe('packets that came less than a quarter of that behind the one before'),
      mostTogether: z.int().describe('the largest heap of them'),
      mostInSecond: z.int(),
      aheadMs: ms.describe('so far, at most, packets came before their time, within ten seconds'),
      talkSpurts: z.int().describe('parts between pauses of 0.5 s and more in which nothing was lost'),
    })
    .describe('how the sender and the network space the packets'),
})
export type Timing = z.infer<typeof timingSchema>

/** What the receiver of a stream said of it in VoIP metrics (RTCP XR, RFC 3611 4.7), the last time. */
export const voipMetricsSchema = z.object({
  lossPercent: z.number(),
  discardPercent: z.number().describe('packets that came too late for its jitter buffer, or too early'),
  burstDensityPercent: z.number(),
  gapDensityPercent: z.number(),
  burstMs: ms,
  gapMs: ms,
  roundTripMs: ms,
  endSystemDelayMs: ms,
  signalDbm: z.number().nullable().describe('dBm0; like those below null where the receiver does not know'),
  noiseDbm: z.number().nullable(),
  echoReturnLossDb: z.number().nullable(),
  gmin: z.int(),
  r: z.number().nullable(),
  externalR: z.number().nullable(),
  mosLq: z.number().nullable().describe('of listening'),
  mosCq: z.number().nullable().describe('of conversation, delay included'),
  jitterBufferMs: ms,
  jitterBufferMostMs: ms,
  jitterBufferLongestMs: ms,
})
