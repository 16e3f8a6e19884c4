import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { findPeer } from './install-peers.ts'
import { Running, freePort } from './process.ts'

export interface Kamailio extends Running {
  /** Over TCP too. */
  readonly udp: number
  readonly tcp: number
  readonly tls: number
  /** A WebSocket is opened on the ports of TCP and TLS. */
  readonly ws: number
  readonly wss: number
  /** The certificate of its TLS listener, for --tls-ca. */
  readonly caFile: string
  remove(): void
}

/** An rtpengine beside it: where that takes commands, and what it is told of an offer and of an answer. */
interface Relay {
  readonly control: number
  readonly offer: string
  readonly answer: string
}

interface KamailioOptions {
  readonly agent?: string
  readonly certificateName?: string
  readonly relay?: Relay
  /** Statements of its configuration that each INVITE passes first, as a trunk that is picky has them. */
  readonly rules?: string
}

/** Kamailio as registrar with digest (alice, password `geheim`) and as record-routing proxy to `agent`. */
export async function startKamailio({
  agent = '127.0.0.1:9',
  certificateName = '127.0.0.1',
  relay,
  rules = '',
}: KamailioOptions = {}): Promise<Kamailio> {
  // Debian's Kamailio with OpenSSL 3 now and then never comes up: it is begun anew.
  for (let attempt = 1; ; attempt++) {
    try {
      return await begin(agent, certificateName, relay, rules)
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function begin(
  agent: string,
  certificateName: string,
  relay: Relay | undefined,
  rules: string,
): Promise<Kamailio> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-kamailio-'))
  const [udp, tcp, tls] = [await freePort(), await freePort(), await freePort()]
  const names = /^[\d.]+$/.test(certificateName)
    ? { type: 7 as const, ip: certificateName }
    : { type: 2 as const, value: certificateName }
  const { private: key, cert } = await generate([{ name: 'commonName', value: certificateName }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [names] }],
  })
  writeFileSync(join(folder, 'key.pem'), key)
  writeFileSync(join(folder, 'cert.pem'), cert)
  writeFileSync(
    join(folder, 'kamailio.cfg'),
    `#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=2
enable_tls=yes
listen=udp:127.0.0.1:${udp}
listen=tcp:127.0.0.1:${udp}
listen=tcp:127.0.0.1:${tcp}
listen=tls:127.0.0.1:${tls}
tcp_connection_lifetime=3605
tcp_accept_no_cl=yes
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "nathelper.so"
loadmodule "xhttp.so"
loadmodule "websocket.so"
${relay ? `loadmodule "rtpengine.so"\nmodparam("rtpengine", "rtpengine_sock", "udp:127.0.0.1:${relay.control}")` : ''}
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "private_key", "${join(folder, 'key.pem')}")
modparam("tls", "certificate", "${join(folder, 'cert.pem')}")
modparam("tls", "verify_certificate", 0)
modparam("nathelper|registrar", "received_avp", "$avp(RECEIVED)")
modparam("registrar", "min_expires", 60)
modparam("registrar", "max_expires", 3600)
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) { if ($du == "") { handle_ruri_alias(); } t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("127.0.0.1", "geheim", "0")) { www_challenge("127.0.0.1", "1"); exit; }
    if (proto == WS || proto == WSS) { fix_nated_register(); }
    save("location");
    exit;
  }
  if (is_method("INVITE")) {
    ${rules}
    record_route();
    if (proto == WS || proto == WSS) { add_contact_alias(); }
    if ($rU != "alice" || !lookup("location")) { $ru = "sip:agent@${agent}"; }
    t_on_reply("ANSWERED");
    ${relay ? `rtpengine_offer("${relay.offer}"); t_on_reply("RELAYED");` : ''}
    t_relay();
    exit;
  }
  sl_send_reply("405", "Method Not Allowed");
}
onreply_route[ANSWERED] { if (proto == WS || proto == WSS) { add_contact_alias(); } }
event_route[xhttp:request] {
  if ($hdr(Upgrade) =~ "websocket") { if (ws_handle_handshake()) { exit; } }
  xhttp_reply("404", "Not Found", "", "");
}
${relay ? `onreply_route[RELAYED] { if (has_body("application/sdp")) { rtpengine_answer("${relay.answer}"); } }` : ''}
`,
  )
  const kamailio = new Running(
    findPeer('kamailio')!,
    [
      '-f',
      join(folder, 'kamailio.cfg'),
      '-DD',
      '-E',
      '-m',
      '64',
      '-M',
      '8',
      '-Y',
      folder,
      '-P',
      join(folder, 'pid'),
      '-w',
      folder,
    ],
    { cwd: folder, group: true },
  )
  await kamailio.until(/Listening on|listening on/i).catch(() => {})
  try {
    await ready(udp)
  } catch (error) {
    const { stderr } = await kamailio.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`${String(error)}:\n${stderr.slice(-2000)}`, { cause: error })
  }
  return Object.assign(kamailio, {
    udp,
    tcp,
    tls,
    ws: tcp,
    wss: tls,
    caFile: join(folder, 'cert.pem'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  })
}

/** Asks with OPTIONS until an answer comes. */
async function ready(port: number): Promise<void> {
  const { createSocket } = await import('node:dgram')
  const socket = createSocket('udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      const ask = () =>
        socket.send(
          'OPTIONS sip:127.0.0.1 SIP/2.0\r\n' +
            `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK${Date.now()}\r\n` +
            'Max-Forwards: 5\r\nFrom: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: ready\r\n' +
            'CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n',
          port,
          '127.0.0.1',
        )
      const again = setInterval(ask, 100)
      const give = setTimeout(() => {
        clearInterval(again)
        reject(new Error('Kamailio does not answer'))
      }, 8000)
      socket.once('message', () => {
        clearInterval(again)
        clearTimeout(give)
        resolve()
      })
      socket.bind(0, '127.0.0.1', ask)
    })
  } finally {
    socket.close()
  }
}
