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
