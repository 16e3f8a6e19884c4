import { icmp4, icmp6 } from './icmp.ts'
import { cooked, cooked2 } from './cooked.ts'
import {
  ethernet,
  llc,
  macInMac,
  macSec,
  mpls,
  otherEtherTypes,
  pppoe,
  securityTag,
  serviceHeader,
  vlan,
  vnTag,
} from './ethernet.ts'
import { extension, ipv4, ipv6 } from './ip.ts'
import { erf, exported, nflog, pktap } from './logged.ts'
import type { Layer, Layers, PortLayer } from './packet.ts'
import { directedPpp, frameRelay, hdlc, loopback, perPacket, pflog, ppp, pppProtocols, rawIp } from './serial.ts'
import { esp, sctp, tcp, udp, udpLite } from './transport.ts'
import {
  authentication,
  capwap,
  espInUdp,
  etherIp,
  geneve,
  gre,
  greInUdp,
  gtpU,
  gue,
  ipComp,
  l2tp,
  l2tpv3,
  lisp,
  mplsInUdp,
  teredo,
  tzsp,
  vxlan,
  vxlanGpe,
  wireGuard,
} from './tunnels.ts'
import { prism, radiotap, wireless } from './wireless.ts'

/** By the numbers of tcpdump.org/linktypes.html. */
const links = new Map<number, Layer>([
  [0, loopback],
  [1, ethernet],
  [9, ppp],
  [12, rawIp],
  [14, rawIp],
  [50, hdlc],
  [51, pppoe],
  [100, llc],
  [101, rawIp],
  [104, hdlc],
  [105, wireless],
  [107, frameRelay],
  [108, loopback],
  [113, cooked],
  [117, pflog],
  [119, prism],
  [127, radiotap],
  [163, prism],
  [166, directedPpp],
  [192, perPacket],
  [197, erf],
  [204, directedPpp],
  [228, rawIp],
  [229, rawIp],
  [239, nflog],
  [252, exported],
  [258, pktap],
  [276, cooked2],
])

/** IEEE's numbers of what Ethernet carries. */
const etherTypes = new Map<number, Layer>([
  [0x0800, ipv4],
  [0x86dd, ipv6],
  [0x8100, vlan],
  [0x88a8, vlan],
  [0x9100, vlan],
  [0x9200, vlan],
  [0x9300, vlan],
  [0x8847, mpls],
  [0x8848, mpls],
  [0x8864, pppoe],
  [0x880b, ppp],
  [0x88e5, macSec],
  [0x88e7, macInMac],
  [0x8909, securityTag],
  [0x8926, vnTag],
  [0x894f, serviceHeader],
])

/** IANA's numbers of what IP carries; those that are not here carry neither SIP nor RTP. */
const protocols = new Map<number, Layer>([
  [0, extension(0)],
  [1, icmp4],
  [4, rawIp],
  [6, tcp],
  [17, udp],
  [41, rawIp],
  [43, extension(43)],
  [44, extension(44)],
  [47, gre],
  [50, esp],
  [51, authentication],
  [58, icmp6],
  [60, extension(60)],
  [94, rawIp],
  [97, etherIp],
  [98, rawIp],
  [108, ipComp],
  [115, l2tpv3],
  [132, sctp],
  [136, udpLite],
  [137, mpls],
])

const udpPorts = new Map<number, PortLayer>([
  [1701, l2tp],
  [2152, gtpU],
  [3544, teredo],
  [4341, lisp],
  [4500, espInUdp],
  [4754, greInUdp],
  [4789, vxlan],
  [4790, vxlanGpe],
  [5247, capwap],
  [6080, gue],
  [6081, geneve],
  [6635, mplsInUdp],
  [8472, vxlan],
  [37_008, tzsp],
  [51_820, wireGuard],
])

export const layers: Layers = { links, etherTypes, otherEtherTypes, protocols, pppProtocols, udpPorts }
