import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactBytes } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { maskNumbers, redact, redactHeader } from '../../../shared/wire/sip/redact.ts'

/** Each with its secrets written GEHEIM1, GEHEIM2 ... so that any that is left is seen. */
const secrets: Readonly<Record<string, readonly string[]>> = {
  'a digest': [
    'Authorization: Digest username="alice", realm="a, b", nonce="n", uri="sip:h", response="GEHEIM1", ' +
      'cnonce="GEHEIM2", opaque="o", qop=auth, nc=00000001, algorithm=MD5',
    'proxy-authorization : digest response=GEHEIM1,cnonce=GEHEIM2',
    'Authorization: Digest GEHEIM1',
    'Authentication-Info: rspauth="GEHEIM1", cnonce="GEHEIM2"',
    'Authorization: Digest username="alice",\r\n response="GEHEIM1",\r\n\tcnonce="GEHEIM2"\r\nSubject: x',
    'Authorization:\r\n Digest response="GEHEIM1"',
    'Authorization: Digest uri="sip:u:GEHEIM1@h;token=GEHEIM2", response="GEHEIM3',
    'Authorization: Digest username="\\"", response="GEHEIM\\"1"',
  ],
  'credentials of other schemes': [
    'Authorization: Basic GEHEIM1',
    'Authorization: Bearer GEHEIM1',
    'Authorization: GEHEIM1',
    'Authorization: AWS4-HMAC-SHA256 Credential=GEHEIM1, Signature=GEHEIM2',
    'X-Custom: Bearer GEHEIM1',
    'Bearer geheim',
    'sent with Token GEHEIM1 today',
    'Basic R0VIRUlNMQ==',
    'Bearer%20GEHEIM1',
    '"Bearer GEHEIM1"',
    'X-Custom: eyJhbGciOi.GEHEIM1.GEHEIM2-_x',
  ],
  'headers whose name says so': [
    'X-Auth-Token: GEHEIM1',
    'X-API-KEY: GEHEIM1 GEHEIM2',
    'x-authorization: GEHEIM1',
    'Cookie: a=GEHEIM1; b=GEHEIM2',
    'Set-Cookie: s=GEHEIM1; Path=/',
    'Identity: GEHEIM1.GEHEIM2;info=<https://x>;alg=ES256',
    'y: GEHEIM1',
    'X-Client-Secret:GEHEIM1',
    'X-Twilio-Signature: GEHEIM1',
    'My-Password: GEHEIM1',
    'X-Api-Key: a\r\n GEHEIM1\r\n\tGEHEIM2',
    'X-apiKey: GEHEIM1',
    'X_ACCESS_TOKEN: GEHEIM1',
    "curl -H 'X-Api-Key: GEHEIM1' host",
    'sent X-Auth-Token: GEHEIM1',
    '(Authorization: Bearer GEHEIM1',
    'X-Session-Key2: GEHEIM1',
    'X-Api-Key-Value: GEHEIM1',
    'X-Pin-Code: GEHEIM1',
    'X-Hmac: GEHEIM1',
  ],
  'passwords in URIs': [
    'INVITE sip:alice:GEHEIM1@h SIP/2.0',
    'From: "A: b" <sips:alice:GEHEIM1@h:5061>;tag=1',
    'https://u:GEHEIM1@h:8080/x',
    'wss://:GEHEIM1@h',
    'sip:u:GEHEIM%401@h',
    'sip:u%3AGEHEIM1%40h',
    '<sip:x@y?Route=%3Csip:u%3AGEHEIM1%40h%3E>',
    'h323:u:GEHEIM1@h',
    'sip:u;x=y:GEHEIM1@h',
    'sip:u:a@GEHEIM1@h',
    'a=b,sip:u:GEHEIM1@h',
    'sip:u%40d:GEHEIM1@h',
    'To: sip:u:GEHEIM1,GEHEIM2@h',
    'redis://default:GEHEIM1@h/0',
    'Contact: <sip:a@b:5060;x=1>, <sip:u:GEHEIM1@h>',
    'sip:u:GEHEIM(1)!@h',
  ],
  'keys of media': [
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:GEHEIM1|2^20|1:4;inline:GEHEIM2|2^20|2:4',
    'a=crypto:1 X INLINE:GEHEIM1',
    'A=CRYPTO:1 X inline:GEHEIM1',
    'k=clear:GEHEIM1',
    'k=base64:GEHEIM1==',
    'v=0\r\nk=CLEAR:GEHEIM1\r\n',
    'a=key-mgmt:mikey GEHEIM1==',
    'a=ice-pwd:GEHEIM1',
    'a=password:GEHEIM1',
    '{"keyParams":"inline:GEHEIM1"}',
    'a=crypto:1 AEAD_AES_256_GCM inline: GEHEIM1|2^31|1:4',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 GEHEIM1|2^20',
    'a=crypto:1 X mikey:GEHEIM1;GEHEIM2|1:4 KDR=1 GEHEIM3',
    '{"raw":"v=0\\r\\na=crypto:1 X GEHEIM1\\r\\n"}',
    'a=ice-pwd: GEHEIM1',
    '  k=clear:GEHEIM1',
  ],
  'parameters and queries': [
    'sip:a@b;token=GEHEIM1',
    'GET /x?token=GEHEIM1&key=GEHEIM2&sig=GEHEIM3 HTTP/1.1',
    'password=GEHEIM1',
    'passwd="GEHEIM1 GEHEIM2"',
    "pwd='GEHEIM1'",
    'api-key=GEHEIM1;apikey=GEHEIM2;api_key=GEHEIM3',
    'access_token = "GEHEIM1"',
    'auth=GEHEIM1',
    'X-Amz-Signature=GEHEIM1',
    'clientSecret=GEHEIM1',
    'TRUNK_PASSWORD=GEHEIM1',
    'Refer-To: <sip:x@y?X-Api-Key=GEHEIM1&Authorization=Digest%20response%3D%22GEHEIM2%22>',
    'https://h/?x%3D1%26token%3DGEHEIM1',
    'password=\\"GEHEIM1\\"',
    'secret => "GEHEIM1"',
    'token=GEHEIM1@x',
  ],
  'JSON and XML': [
    '{"password":"GEHEIM1 GEHEIM2","a":1}',
    '{"token" : 12345678GEHEIM1}',
    "{'apiKey': 'GEHEIM1'}",
    '{\\"secret\\":\\"GEHEIM1\\"}',
    '{"headers":{"Authorization":"Digest response=\\"GEHEIM1\\""}}',
    '{"name":"X-Api-Key","value":"GEHEIM1"}',
    '<password>GEHEIM1</password>',
    '{"raw":"INVITE sip:a SIP/2.0\\r\\nX-Auth-Token: GEHEIM1\\r\\na=crypto:1 X ' +
      'inline:GEHEIM2\\r\\nk=clear:GEHEIM3\\r\\n"}',
    'password: GEHEIM1',
    '  api_key: GEHEIM1',
    'login with password: geheim',
    '{"value":"GEHEIM1","name":"X-Api-Key"}',
    '[{\\"value\\":\\"GEHEIM1\\", \\"header\\": \\"X-Api-Key\\"}]',
    '{"key":"X-Api-Key","value":"GEHEIM1"}',
    '{"password":["GEHEIM1","GEHEIM2"]}',
    '<password type="x">GEHEIM1</password>',
  ],
  'passwords in sentences and commands': [
    'the password is GEHEIM1',
    'ringback --password GEHEIM1 --user a',
    'SIP/2.0 403 wrong password GEHEIM1',
    `Warning: 399 h "bad password 'GEHEIM1'"`,
    'pin GEHEIM1',
  ],
}

/** Messages and sentences as they are every day: nothing in them is a secret. */
const harmless: readonly string[] = [
  'INVITE sip:+15550100@sip.example.com:5060;transport=tcp;user=phone SIP/2.0\r\n' +
    'Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK-524287-1---token;rport;alias\r\n' +
    'From: "Alice: the key" <sip:alice@example.com>;tag=a73kszlfl\r\nTo: <sip:+15550100@example.com>\r\n' +
    'Call-ID: x:y:1j9FpLxk3uxtm8tn@biloxi.example.com\r\nCSeq: 1 INVITE\r\n' +
    'Contact: <sip:alice@[2001:db8::9:1]:5060;ob;transport=tcp>;' +
    '+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>";reg-id=1\r\nMin-SE: 90\r\n' +
    'Session-Expires: 1800;refresher=uac\r\nSubject: the key to success\r\n' +
    'User-Agent: Passkey/1.0 (auth)\r\nSupported: replaces, sec-agree, authid\r\n\r\n',
  'SIP/2.0 401 Unauthorized\r\n' +
    'WWW-Authenticate: Digest realm="token", domain="sip:a:b", nonce="84a4cc6f3082121f32b42a2187831a9e", ' +
    'opaque="5ccc", stale=FALSE, qop="auth,auth-int", algorithm=SHA-256\r\n' +
    'WWW-Authenticate: Basic realm="x"\r\n' +
    'Proxy-Authenticate: Bearer authz_server="https://auth.example", scope="sip"\r\n' +
    'Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2\r\n\r\n',
  'v=0\r\no=FreeSWITCH 1 2 IN IP4 192.0.2.1\r\ns=secret meeting\r\na=ice-ufrag:8hhY\r\n' +
    'a=fingerprint:sha-256 12:DF:3E\r\na=setup:actpass\r\n' +
    'a=candidate:1 1 UDP 2113667327 192.0.2.1 54400 typ host\r\na=rtpmap:101 telephone-event/8000\r\n' +
    'a=fmtp:101 0-16\r\na=ssrc:1234 cname:user@host\r\na=key-mgmt-something\r\na=rtcp-fb:* nack\r\n',
  'P-Asserted-Identity: "A" <sip:+15550100@h>\r\nIdentity-Info: <https://cert.example>;alg=rsa\r\n' +
    'P-Charging-Vector: icid-value="1";orig-ioi=home1.net\r\n' +
    'P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=00101\r\n' +
    'Reason: Q.850;cause=65;text="Bearer capability not implemented"\r\nX-Token-Type: none\r\n' +
    'X-Call-ID: 17\r\nRemote-Party-ID: <sip:a@b>;privacy=off;screen=no\r\n' +
    'History-Info: <sip:a@b?Reason=SIP%3Bcause%3D302>;index=1\r\n',
  'Digest realm="r" asks for a user and a password, none are set',
  'wrong password for user "alice"',
  "Check the password and that the user is the credential's user name.",
  'Basic call test',
  'Subject: Token refresh failed',
  'the token expired',
  'Set the user and the password of the trunk.',
  'Signal=5\r\nDuration=160\r\n',
  'udp:192.0.2.1:5060 gave no final answer in 32 s',
  'https://host:8080/a@b',
  'sip:alice@host:5060;x=mailto:bob@example.com',
  'at 12:00:01 a@b',
  'encrypted media (RTP/SAVP) was offered without a usable key (a=crypto with AES_CM_128_HMAC_SHA1_80 or _32)',
  'TRUNK_PASSWORD is not set',
  'The password is case-sensitive.',
  '--password <text>, --password-env NAME',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:|2^20|1:4 UNENCRYPTED_SRTCP KDR=24\r\n',
  'the line a=crypto:1 of the offer is missing in the answer',
  '{"value":"a","name":"Subject"}, {"key":"x","value":"y"}, {"codes":["a"]}',
]

describe('redaction', () => {
  for (const [kind, texts] of Object.entries(secrets)) {
    it.each(texts)(`masks ${kind}, and keeps every length: %s`, (text) => {
      const masked = redact(text)
      expect(masked).not.toMatch(/GEHEIM|geheim|R0VI/)
      expect(masked).toHaveLength(text.length)
      expect(masked.replace(/[^\r\n]/g, '')).toBe(text.replace(/[^\r\n]/g, ''))
    })
  }

  it.each(harmless)('leaves what is no secret as it is: %s', (text) => expect(redact(text)).toBe(text))

  it('shows of a digest what does not help to guess its password', () => {
    expect(
      redact(
        'Authorization: Digest username="alice", realm="r", nonce="n", uri="sip:h", response="0123", ' +
          'cnonce="45", opaque="o", qop=auth, nc=00000001, algorithm=MD5',
      ),
    ).toBe(
      'Authorization: Digest username="alice", realm="r", nonce="n", uri="sip:h", response="xxxx", ' +
        'cnonce="xx", opaque="o", qop=auth, nc=00000001, algorithm=MD5',
    )
  })

  it('knows a value by the name of its header', () => {
    expect(redactHeader('X-Api-Key', 'GEHEIM 1')).toBe('xxxxxx x')
    expect(redactHeader('Subject', 'GEHEIM 1')).toBe('GEHEIM 1')
    expect(redactHeader('authorization', 'Digest username="a", response="b"')).toBe('Digest username="a", response="x"')
  })

  it('masks bytes in place, whatever their encoding', () => {
    const bytes = Buffer.from('X-Api-Key: größe\xa0\r\nSubject: größe\r\n')
    const masked = Buffer.from(redactBytes(bytes))
    expect(masked).toHaveLength(bytes.length)
    expect(masked.toString()).toMatch(/^X-Api-Key: x+\r\nSubject: größe\r\n$/)
  })

  it('changes neither the length nor the line ends of any text, and is done after once', () => {
    const piece = fc.oneof(
      fc.constantFrom(...Object.values(secrets).flat(), ...harmless, '"', '\\', '=', ':', '\r\n ', '%', '@', '<'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const text = pieces.join('')
        const masked = redact(text)
        expect(masked).toHaveLength(text.length)
        expect(masked.replace(/[^\r\n]/g, '')).toBe(text.replace(/[^\r\n]/g, ''))
      }),
    )
  })
})

describe('redaction', () => {
  it('masks digest responses, keys and passwords, keeping every length', () => {
    const text =
      'Authorization: Digest username="u", response="deadbeef", nonce="n"\r\n' +
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\nTo: <sip:u:pw@h>'
    const masked = redact(text)
    expect(masked).toHaveLength(text.length)
    for (const secret of ['deadbeef', 'c2VjcmV0', 'pw@']) expect(masked).not.toContain(secret)
    expect(masked).toContain('username="u"')
    expect(redact('Bearer abc.def')).toBe('Bearer xxxxxxx')
  })
})

describe('masking phone numbers', () => {
  it.each([
    ['sip:+15550100@example.org', 'sip:+xxxxxx00@example.org'],
    ['tel:+4930123456', 'tel:+xxxxxxxx56'],
    ['From: "+15550100" <sip:alice@h>', 'From: "+xxxxxx00" <sip:alice@h>'],
    ['X-CALLER-ID: 15550100', 'X-CALLER-ID: xxxxxx00'],
    ['CSeq: 12345678 INVITE', 'CSeq: 12345678 INVITE'],
    ['sip:1001@h', 'sip:1001@h'],
    ['at 1700000000000000', 'at 1700000000000000'],
  ])('%s becomes %s', (text, masked) => {
    expect(maskNumbers(text)).toBe(masked)
  })

  it('keeps the length of any text', () => {
    fc.assert(fc.property(fc.string(), (text) => maskNumbers(text).length === text.length))
  })
})
