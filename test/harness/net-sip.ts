import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulaw } from '../../electron/engine/media/codec/g711.ts'
import { Running, freePair, freePort } from './process.ts'
import { sine } from './tone-files.ts'

export interface NetSip extends Running {
  readonly port: number
  /** What it heard until now. */
  heard(): Int16Array
  remove(): void
}

const common = String.raw`
use strict;
use warnings;
use Net::SIP qw(:all);
$| = 1;
my ($port, $sine, $heard, $target) = @ARGV;
my $ua = Simple->new(from => "sip:perl\@127.0.0.1:$port", leg => "127.0.0.1:$port");
my $end;
`

const answers = String.raw`
$ua->listen(
  init_media => $ua->rtp('send_recv', $sine, -1, $heard),
  cb_established => sub { print "established\n" },
  recv_bye => sub { print "over\n" },
);
print "ready\n";
$ua->loop(40, \$end);
`

/** Its offer has a fax line beside the audio, as gateways have. */
const calls = String.raw`
my ($rtp, $audio, $fax) = ($ARGV[4], undef, undef);
my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1', LocalPort => $rtp) or die "no port: $!";
my $sdp = Net::SIP::SDP->new(
  { addr => '127.0.0.1' },
  { media => 'audio', proto => 'RTP/AVP', port => $rtp, range => 2, fmt => 0, a => ['rtpmap:0 PCMU/8000'] },
  { media => 'image', proto => 'udptl', port => $rtp + 2, range => 1, fmt => 't38' },
);
my $call = $ua->invite($target,
  init_media => $ua->rtp('send_recv', $sine, -1, $heard),
  sdp => $sdp,
  media_lsocks => [[$socket], undef],
  cb_established => sub { print "established\n" },
  recv_bye => sub { print "over\n"; $end = 1 },
) or die $ua->error;
print "failed: ", $ua->error, "\n" if $ua->error;
$ua->loop(3, \$end);
$call->bye(cb_final => sub { print "over\n"; $end = 1 });
$ua->loop(5, \$end);
`

/** Net::SIP on loopback: sends a 440 Hz sine in PCMU and keeps what it hears; `calls`: whom, else it answers. */
export async function startNetSip(target?: string): Promise<NetSip> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-net-sip-'))
  const port = await freePort()
  const [script, source, heard] = ['peer.pl', 'sine.ulaw', 'heard.ulaw'].map((name) => join(folder, name))
  const samples = sine(440, 10)
  const codes = new Uint8Array(samples.length)
  ulaw.encoder().encode(samples, codes, 0)
  writeFileSync(source!, codes)
  writeFileSync(script!, common + (target === undefined ? answers : calls))
  const rtp = await freePair()
  const peer = new Running('perl', [script!, String(port), source!, heard!, target ?? '', String(rtp)], { cwd: folder })
  if (target === undefined) await peer.until(/ready/)
  return Object.assign(peer, {
    port,
    heard: () => {
      const payload = readFileSync(heard!)
      return ulaw.decoder().decode(payload, 0, payload.length)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  })
}
