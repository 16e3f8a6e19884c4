/** VoIP metrics of an extended report (RFC 3611 4.7): what the receiver of a stream makes of it. */
export interface VoipMetrics {
  /** Of the stream that they are about. */
  readonly ssrc: number
  /** Shares from 0 to 1, in steps of 1/256. */
  readonly lossRate: number
  readonly discardRate: number
  readonly burstDensity: number
  readonly gapDensity: number
  readonly burstMs: number
  readonly gapMs: number
  readonly roundTripMs: number
  readonly endSystemDelayMs: number
  /** Levels of dBm0; like the others below null where the reporter does not know. */
  readonly signalDbm: number | null
  readonly noiseDbm: number | null
  readonly echoReturnLossDb: number | null
  readonly gmin: number
  /** 0 to 100. */
  readonly r: number | null
  readonly externalR: number | null
  /** 1 to 5: of listening, and of conversation. */
  readonly mosLq: number | null
  readonly mosCq: number | null
  /** Concealment, and how the jitter buffer adapts: bits as they stand. */
  readonly receiverConfig: number
  readonly jitterBufferMs: number
  readonly jitterBufferMostMs: number
  readonly jitterBufferLongestMs: number
}

const voipBlock = 7
const voipWords = 8
const blockBytes = 4 + voipWords * 4
const unknown = 127

/** The VoIP metrics among the report blocks between two places of a packet; a string says why they are none. */
export function readXrBlocks(data: DataView, at: number, end: number): VoipMetrics[] | string {
  const found: VoipMetrics[] = []
  let from = at
  while (from < end) {
    if (end - from < 4) return 'the extended report is cut off'
    const next = from + 4 + data.getUint16(from + 2) * 4
    if (next > end) return 'a block of the extended report is cut off'
    if (data.getUint8(from) === voipBlock && next - from >= blockBytes) found.push(readVoip(data, from + 4))
    from = next
  }
  return found
}

function readVoip(data: DataView, at: number): VoipMetrics {
  const share = (place: number) => data.getUint8(at + place) / 256
  const known = (value: number) => (value === unknown ? null : value)
  const level = (place: number) => known(data.getInt8(at + place))
  // What is outside of its range is unknown (RFC 3611 4.7.5).
  const within = (place: number, least: number, most: number) => {
    const value = data.getUint8(at + place)
    return value >= least && value <= most ? value : null
  }
  const [mosLq, mosCq] = [within(22, 10, 50), within(23, 10, 50)]
  return {
    ssrc: data.getUint32(at),
    lossRate: share(4),
    discardRate: share(5),
    burstDensity: share(6),
    gapDensity: share(7),
    burstMs: data.getUint16(at + 8),
    gapMs: data.getUint16(at + 10),
    roundTripMs: data.getUint16(at + 12),
    endSystemDelayMs: data.getUint16(at + 14),
    signalDbm: level(16),
    noiseDbm: level(17),
    echoReturnLossDb: known(data.getUint8(at + 18)),
    gmin: data.getUint8(at + 19),
    r: within(20, 0, 100),
    externalR: within(21, 0, 100),
    mosLq: mosLq === null ? null : mosLq / 10,
    mosCq: mosCq === null ? null : mosCq / 10,
    receiverConfig: data.getUint8(at + 24),
    jitterBufferMs: data.getUint16(at + 26),
    jitterBufferMostMs: data.getUint16(at + 28),
    jitterBufferLongestMs: data.getUint16(at + 30),
  }
}

/** The blocks of an extended report. */
export function writeXrBlocks(all: readonly VoipMetrics[]): Uint8Array {
  const data = new DataView(new ArrayBuffer(all.length * blockBytes))
  for (const [i, metrics] of all.entries()) {
    const at = i * blockBytes
    data.setUint8(at, voipBlock)
    data.setUint16(at + 2, voipWords)
    writeVoip(data, at + 4, metrics)
  }
  return new Uint8Array(data.buffer)
}

function writeVoip(data: DataView, at: number, metrics: VoipMetrics): void {
  const byte = (place: number, value: number) => data.setUint8(at + place, clamp(value, 255))
  const known = (place: number, value: number | null) => byte(place, value ?? unknown)
  data.setUint32(at, metrics.ssrc)
  const shares = [metrics.lossRate, metrics.discardRate, metrics.burstDensity, metrics.gapDensity]
  shares.forEach((share, i) => byte(4 + i, share * 256))
  const times = [metrics.burstMs, metrics.gapMs, metrics.roundTripMs, metrics.endSystemDelayMs]
  times.forEach((ms, i) => data.setUint16(at + 8 + 2 * i, clamp(ms, 65_535)))
  const levels = [metrics.signalDbm, metrics.noiseDbm]
  levels.forEach((dbm, i) => data.setInt8(at + 16 + i, dbm === null ? unknown : Math.round(dbm)))
  known(18, metrics.echoReturnLossDb)
  byte(19, metrics.gmin)
  known(20, metrics.r)
  known(21, metrics.externalR)
  known(22, metrics.mosLq === null ? null : metrics.mosLq * 10)
  known(23, metrics.mosCq === null ? null : metrics.mosCq * 10)
  byte(24, metrics.receiverConfig)
  const buffers = [metrics.jitterBufferMs, metrics.jitterBufferMostMs, metrics.jitterBufferLongestMs]
  buffers.forEach((ms, i) => data.setUint16(at + 26 + 2 * i, clamp(ms, 65_535)))
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(most, Math.round(value)))
