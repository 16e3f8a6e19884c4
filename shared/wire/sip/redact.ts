const secretHeaders = /^((?:proxy-)?authorization[ \t]*:)([^\r\n]*)/gim
const secretParams = /\b(response|password|passwd|token|api[-_]?key|secret)(\s*=\s*"?)([^",;&\s]+)/gi
const bearer = /\b(bearer|basic)(\s+)(\S+)/gi
const cryptoKeys = /(a=crypto:[^\r\n]*?inline:)([A-Za-z0-9+/=]+)/g
const uriPassword = /\b(sips?:[^@:\s<>"]*:)([^@\s<>"]+)(@)/gi

const mask = (text: string) => 'x'.repeat(text.length)

/**
 * The one way out for anything that a person, a file or a log sees: digest responses, passwords, tokens and SRTP keys become
 * `x`, character for character, so that lengths (Content-Length, packet sizes) stay true.
 */
export function redact(text: string): string {
  return text
    .replace(secretHeaders, (_, name: string, value: string) => name + redactCredentials(value))
    .replace(cryptoKeys, (_, head: string, key: string) => head + mask(key))
    .replace(uriPassword, (_, head: string, password: string, tail: string) => head + mask(password) + tail)
}

/** The value of an Authorization header, or free text that may carry one. */
export function redactCredentials(text: string): string {
  return text
    .replace(secretParams, (_, name: string, equals: string, value: string) => name + equals + mask(value))
    .replace(bearer, (_, scheme: string, space: string, value: string) => scheme + space + mask(value))
}

const numberInUri = /((?:sips?|tel):\+?)(\d{5,})/gi
const e164 = /(?<!\w)(\+)(\d{7,15})(?!\w)/g
const numberInHeader = /^((?:x-[\w-]+|p-asserted-identity|p-preferred-identity|remote-party-id|from|to|contact)[ \t]*:[ \t]*"?)(\d{7,15})(?!\w)/gim

/** Phone numbers with all but their last two digits masked, character for character: in URIs, in E.164 form, alone in a header that carries one. */
export function maskNumbers(text: string): string {
  const hide = (_: string, head: string, digits: string) => head + mask(digits.slice(0, -2)) + digits.slice(-2)
  return text.replace(numberInUri, hide).replace(e164, hide).replace(numberInHeader, hide)
}
