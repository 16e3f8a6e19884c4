import type { Net } from './net.ts'
import { connectTcp, connectTls, listenTcp, listenTls } from './system-stream.ts'
import { bindUdp, localAddressFor, ownAddresses, probeUdp } from './system-udp.ts'
import { connectWebSocket, listenWebSocket } from './system-web-socket.ts'

/** The sockets of this computer. */
export const systemNet: Net = {
  bindUdp,
  connectTcp,
  connectTls,
  connectWebSocket,
  listenTcp,
  listenTls,
  listenWebSocket,
  probeUdp,
  ownAddresses,
  localAddressFor,
}
