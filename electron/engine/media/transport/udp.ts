import type { Address } from '../../../../shared/base/address.ts'
import { isRtcp } from '../../../../shared/wire/rtp/rtp.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { errorCode } from '../../base/errors.ts'
import type { DatagramEvents } from '../../base/net.ts'
import { InFlight } from './in-flight.ts'
import type { PortPool, RtpPorts } from './ports.ts'
import type { Arrival, MediaTransport, OurKeys, TransportEvents } from './transport.ts'

/** Packets that come before an answer says whose they are. */
const mostWaiting = 64
/** Longer than most answers of a network take, and short: nothing else is heard meanwhile. */
const refusalMs = 250
/** What ICMP says, in the words of the system. */
const undeliverable = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'])
const noKey = new Uint8Array(0)
const nowhere: Address = { host: '', port: 0 }

/** RTP and RTCP in clear over a pair of UDP ports (RTP/AVP). */
export class UdpTransport implements MediaTransport {
  readonly isAuthentic = false
  readonly overheadBytes = 0
  readonly #clock: Clock
  readonly #pool: PortPool
  #ports: RtpPorts | null = null
  #events!: TransportEvents
  #agreed = false
  /** RTCP leaves from the port of RTP (RFC 5761). */
  muxed = false
  #closed = false
  /** Where the network is listened to about. */
  #asked: { readonly destination: Address; readonly timer: Timer } | null = null
  readonly #waiting: { readonly arrival: Arrival; readonly onRtpPort: boolean }[] = []
  readonly #rtp = new InFlight()
  readonly #rtcp = new InFlight()

  constructor(clock: Clock, pool: PortPool) {
    this.#clock = clock
    this.#pool = pool
  }

  async open(host: string, events: TransportEvents): Promise<void> {
    this.#events = events
    if (this.#ports?.rtp.local.host === host) return
    const ports = await this.#pool.open(host, new PortEvents(this, 'RTP'), new PortEvents(this, 'RTCP'))
    if (this.#closed) return closePorts(ports)
    if (this.#ports) closePorts(this.#ports)
    this.#ports = ports
  }

  get local(): Address {
    return this.#ports!.rtp.local
  }

  get localRtcp(): Address {
    return this.#ports!.rtcp.local
  }

  get isReady(): boolean {
    return this.#agreed
  }

  keys(): OurKeys {
    return () => noKey
  }

  agree(): void {
    this.#agreed = true
    for (const { arrival, onRtpPort } of this.#waiting.splice(0)) this.#hand(arrival, onRtpPort)
  }

  sendRtp(clear: Uint8Array, destination: Address, wire = clear): void {
    this.#rtp.push(this.#clock.nowUs(), destination, wire, clear)
    this.#ports!.rtp.send(wire, destination.host, destination.port, this.#rtpDone)
  }

  sendRtcp(clear: Uint8Array, destination: Address, wire = clear): Uint8Array {
    this.#rtcp.push(this.#clock.nowUs(), destination, wire, clear)
    const port = this.muxed ? this.#ports!.rtp : this.#ports!.rtcp
    port.send(wire, destination.host, destination.port, this.#rtcpDone)
    return wire
  }

  /** Sends what is neither RTP nor RTCP from the port of RTP. */
  sendBeside(wire: Uint8Array, { host, port }: Address): void {
    if (!this.#closed) this.#ports!.rtp.send(wire, host, port, () => {})
  }

  listenForRefusal(destination: Address): void {
    if (this.#closed || this.#asked) return
    const timer = this.#clock.after(refusalMs, () => this.#hearNoMore())
    this.#asked = { destination, timer }
    this.#ports!.rtp.connect(destination)
  }

  #hearNoMore(): void {
    this.#asked?.timer.cancel()
    this.#asked = null
    if (!this.#closed) this.#ports?.rtp.connect(null)
  }

  /** Whether an error of the RTP port is what was listened for. */
  #isRefusal(error: Error): boolean {
    if (!this.#asked || !undeliverable.has(errorCode(error))) return false
    const { destination } = this.#asked
    this.#hearNoMore()
    this.#events.undeliverable(destination, error)
    return true
  }

  close(): void {
    this.#closed = true
    this.#asked?.timer.cancel()
    for (const { arrival } of this.#waiting.splice(0)) this.#events.abandoned(arrival)
    if (this.#ports) closePorts(this.#ports)
  }

  // One function for all packets: what it is about lies in order beside it.
  readonly #rtpDone = (error: Error | null): void => {
    const packet = this.#rtp.shift()
    if (!packet || this.#closed) return
    const { at, destination, wire, clear } = packet
    if (error) {
      if (!this.#isRefusal(error)) this.#events.notSent(destination, error)
    } else this.#events.rtpSent(at, destination, wire, clear)
  }

  readonly #rtcpDone = (error: Error | null): void => {
    const packet = this.#rtcp.shift()
    if (packet && !error && !this.#closed)
      this.#events.rtcpSent(packet.at, packet.destination, packet.wire, packet.clear)
  }

  /** An error of a port. */
  failed(port: 'RTP' | 'RTCP', error: Error): void {
    if (!this.#closed && !(port === 'RTP' && this.#isRefusal(error))) this.#events.failed(port, error)
  }

  /** A packet came to a port. */
  heard(port: 'RTP' | 'RTCP', wire: Uint8Array, from: Address): void {
    if (this.#closed || !this.#ports) return
    const onRtpPort = port === 'RTP'
    const to = onRtpPort ? this.local : this.localRtcp
    const arrival = { from, to, at: this.#clock.nowUs(), atMs: this.#clock.monotonicMs(), wire }
    if (this.#agreed) this.#hand(arrival, onRtpPort)
    else if (this.#waiting.length < mostWaiting) this.#waiting.push({ arrival, onRtpPort })
    else this.#events.unclaimed(arrival)
  }

  #hand(arrival: Arrival, onRtpPort: boolean): void {
    if (onRtpPort && !isRtcp(arrival.wire)) this.#events.rtp(arrival.wire, arrival)
    else this.#events.rtcp(arrival.wire, arrival)
  }
}

/** What one of the two ports reports. */
class PortEvents implements DatagramEvents {
  readonly #transport: UdpTransport
  readonly #port: 'RTP' | 'RTCP'
  /** One object for all packets from one place: whoever compares it later need not read the host again. */
  #last: Address = nowhere

  constructor(transport: UdpTransport, port: 'RTP' | 'RTCP') {
    this.#transport = transport
    this.#port = port
  }

  message(wire: Uint8Array, host: string, port: number): void {
    if (this.#last.port !== port || this.#last.host !== host) this.#last = { host, port }
    this.#transport.heard(this.#port, wire, this.#last)
  }

  error(error: Error): void {
    this.#transport.failed(this.#port, error)
  }
}

function closePorts({ rtp, rtcp }: RtpPorts): void {
  rtp.close()
  rtcp.close()
}
