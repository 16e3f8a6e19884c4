import type { ProviderFacts } from './provider.ts'

export const elevenLabs: ProviderFacts = {
  name: 'ElevenLabs',
  kind: 'voice-platform',
  source: 'ElevenLabs documentation, SIP trunking',
  asOf: '2026',
  domains: ['rtc.elevenlabs.io', 'residency.elevenlabs.io'],
  software: ['ElevenLabs'],
  targets: [
    { name: 'standard', address: 'sip.rtc.elevenlabs.io' },
    {
      name: 'static IP',
      address: 'sip-static.rtc.elevenlabs.io',
      note: 'US and international; its traffic comes from a /24 block that must be allowed whole. For Enterprise.',
    },
    {
      name: 'static IP, EU residency',
      address: 'sip-static.rtc.eu.residency.elevenlabs.io',
      note: 'All traffic comes from that region; the /24 block must be allowed whole. For Enterprise.',
    },
    {
      name: 'static IP, India residency',
      address: 'sip-static.rtc.in.residency.elevenlabs.io',
      note: 'All traffic comes from that region; the /24 block must be allowed whole. For Enterprise.',
    },
  ],
  identifier: {
    required: true,
    example: '+19991234567, 1000 or john',
    note: 'The identifier before the @ routes the call: a URI without one is the common mistake.',
  },
  transports: [
    { name: 'tcp', port: 5060 },
    { name: 'tls', port: 5061, note: 'TLS 1.2 or later.' },
  ],
  notOffered: [{ transport: 'udp', because: 'UDP transport is not currently available: use TCP, or TLS.' }],
  rtpPorts: { first: 10_000, last: 60_000 },
  encryption: {
    modes: ['disabled', 'allowed', 'required'],
    note: 'SDES-SRTP. Test with Allowed before Required to tell encryption issues from others.',
  },
  codecs: ['PCMU', 'PCMA', 'G722'],
  authentication: [
    { kind: 'digest', note: 'Strongly recommended.' },
    { kind: 'ip', note: 'An access control list (ACL), where user name and password are left empty.' },
  ],
  number: {
    form: 'as-configured',
    note:
      'A number is called as it was imported: with a leading + if it was imported with one, else without. ' +
      'Mismatched formats prevent proper call routing.',
  },
  headers: [
    { name: 'X-CALL-ID', means: 'Unique identifier for the call: becomes system__call_sid.' },
    { name: 'X-CALLER-ID', means: 'Identifier for the calling party: becomes system__caller_id.' },
    { name: 'sip.twilio.callSid', means: 'Looked for where the standard headers are not present.' },
    { name: 'X-…', means: 'Every other inbound X- header becomes a dynamic variable sip_….' },
  ],
  variables: {
    named: [
      { header: 'X-Call-ID', variable: 'system__call_sid' },
      { header: 'X-Caller-ID', variable: 'system__caller_id' },
      { header: 'sip.twilio.callSid', variable: 'system__call_sid', fallback: true },
    ],
    prefix: { header: 'X-', variable: 'sip_' },
  },
  refer: { supported: true, note: 'Only where the transfer type is SIP REFER and the call came over SIP.' },
  preset: { address: 'sip.rtc.elevenlabs.io', transport: 'tcp', encryption: 'allowed', authentication: 'digest' },
  limits: [
    'RTP needs at least 100 kbit/s a call; its addresses are dynamic.',
    'NAPTR and SRV records are there for discovery (RFC 3263); many servers stand behind one load balancer.',
    'A BYE must go to the Contact of the 200 OK: sent to the load balancer it is answered with 481.',
    'How many calls go on at once depends on the subscription plan.',
    'Of outbound calls the Address is a host name or an IP address, not a URI.',
  ],
}
