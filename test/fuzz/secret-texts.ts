import type { Dice } from './dice.ts'

const secretPattern = /S3cr7[a-z0-9]{16}/g

/** The planted secrets of a text: whatever stands around them, they must not be shown. */
export function secretsIn(text: string): string[] {
  return [...new Set(text.match(secretPattern))]
}

/** Where secrets stand in headers; `§` is the secret. Order, case, white space and folding vary. */
const headers = [
  'Authorization: Digest username="a", realm="r", response="§", nonce="n"',
  'Authorization: Digest response=§,username="a"',
  'Proxy-Authorization: Basic §',
  'Authorization: Bearer §',
  'X-Authorization: Bearer §',
  'X-Authorization: §',
  'X-Auth-Token: §',
  'X-Api-Key: §',
  'X-API-KEY: "§"',
  'Cookie: session=§; path=/',
  'Set-Cookie: id=§',
  'Identity: §;info=<https://127.0.0.1/c.pem>',
  'Contact: <sip:a@127.0.0.1?token=§>',
  'Refer-To: <https://127.0.0.1/x?a=1&token=§&b=2>',
  'Refer-To: <sip:a@127.0.0.1;token=§>',
  'From: <sip:alice:§@127.0.0.1>;tag=1',
  'To: "x" <sips:alice:§@127.0.0.1:5061;transport=tcp>',
  'To: sip:alice:§@127.0.0.1',
  'Record-Route: <sip:p:§@127.0.0.1;lr>, <sip:q@127.0.0.1>',
  'P-Asserted-Identity: <sip:u:§@127.0.0.1>',
  'Warning: 399 host "password=§ is wrong"',
  'Reason: SIP ;cause=403 ;text="token=§"',
  'Subject: password=§',
  'From: "password=§" <sip:a@127.0.0.1>;tag=1',
] as const
const lines = [
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:§|2^20|1:4',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA;inline:§',
  'a=crypto:2 AES_CM_128_HMAC_SHA1_32 INLINE:§',
  'A=CRYPTO:3 AES_CM_128_HMAC_SHA1_32 inline:§',
  'a=key-mgmt:mikey §',
  'k=clear:§',
  'k=base64:§',
  'a=ice-pwd:§',
  'k=uri:https://127.0.0.1/?token=§',
] as const
const bodies = [
  '{"user":"a","password":"§"}',
  '{ "token" : "§" }',
  'user=a&password=§&x=1',
  'password=§',
  'Password: §',
  'api_key=§',
  '{"secret":"§"}',
] as const

/** A message with one to six secrets in it. */
export function textWithSecrets(dice: Dice): string {
  const secret = () => `S3cr7${dice.word(16)}`
  const line = (template: string) => varied(dice, template.replace('§', secret()))
  const start = dice.pick([
    'INVITE sip:agent@127.0.0.1 SIP/2.0',
    `INVITE sip:alice:${secret()}@127.0.0.1 SIP/2.0`,
    `MESSAGE sip:agent@127.0.0.1;token=${secret()} SIP/2.0`,
    'SIP/2.0 200 OK',
    `SIP/2.0 403 wrong password=${secret()}`,
  ])
  const head = dice.shuffled([
    ...Array.from({ length: dice.between(0, 3) }, () => line(dice.pick(headers))),
    'Call-ID: x',
    'CSeq: 1 INVITE',
    `X-Note: ${dice.word(12)}`,
  ])
  const body = dice.chance(0.5)
    ? 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n' +
      `${Array.from({ length: dice.between(0, 2) }, () => line(dice.pick(lines))).join('\r\n')}\r\n`
    : dice.chance(0.6)
      ? dice.pick(bodies).replace('§', secret())
      : ''
  return `${start}\r\n${head.join('\r\n')}\r\n\r\n${body}`
}

function varied(dice: Dice, line: string): string {
  const colon = line.indexOf(':')
  if (colon < 2 || line[1] === '=') return line
  const name = dice.chance(0.2)
    ? line.slice(0, colon).toUpperCase()
    : dice.chance(0.2)
      ? line.slice(0, colon).toLowerCase()
      : line.slice(0, colon)
  const value = line.slice(colon + 1)
  const folded = dice.chance(0.2) ? value.replace(/[ ,]/, (c) => `${c}\r\n${dice.pick([' ', '\t'])}`) : value
  return `${name}${dice.chance(0.1) ? ' ' : ''}:${folded}`
}
