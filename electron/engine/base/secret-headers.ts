import { isSecretHeader } from '../../../shared/wire/sip/secret-names.ts'

/** A header field as a person gave it; `secret` marks its value as one to hide, whatever its name. */
export interface CustomHeader {
  readonly name: string
  readonly value: string
  readonly secret?: boolean | undefined
}

/** Those whose values are to be hidden. */
export function secretsAmong(headers: readonly CustomHeader[]): CustomHeader[] {
  return headers.filter(({ name, value, secret }) => value !== '' && (secret === true || isSecretHeader(name)))
}

const mask = (text: string) => 'x'.repeat(text.length)
/** Shorter values are hidden where they stand as that header only: they may be part of anything. */
const shortest = 4

/** The text with the values of those headers masked, character for character, wherever they stand. */
export function hideValues(text: string, secrets: readonly CustomHeader[]): string {
  for (const { name, value } of secrets) {
    text =
      value.length >= shortest
        ? text.replaceAll(value, mask(value))
        : text.replaceAll(`${name}: ${value}\r\n`, `${name}: ${mask(value)}\r\n`)
  }
  return text
}

/** A document with the values of those headers masked in every text of it. */
export function hideIn<T>(value: T, secrets: readonly CustomHeader[]): T {
  if (secrets.length === 0) return value
  if (typeof value === 'string') return hideValues(value, secrets) as T
  if (Array.isArray(value)) return value.map((inner: unknown) => hideIn(inner, secrets)) as T
  if (value === null || typeof value !== 'object') return value
  const { name, value: inner } = value as { name?: unknown; value?: unknown }
  const hidden = secrets.find((secret) => secret.name === name && secret.value === inner)
  if (hidden) return { ...value, value: mask(hidden.value) }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, hideIn(part as unknown, secrets)])) as T
}
