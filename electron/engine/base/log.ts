import { redact } from '../../../shared/wire/sip/redact.ts'

/** Where log lines go; every line is redacted before. */
export type LogSink = (namespace: string, line: string) => void

export interface Log {
  (line: string): void
  readonly enabled: boolean
}

const silent: Log = Object.assign(() => {}, { enabled: false })

/** Loggers by namespace (`ringback:sip`), in the spelling of the DEBUG variable. */
export class Logs {
  readonly #sink: LogSink | null
  /** Each cut at its asterisks. */
  readonly #patterns: readonly (readonly string[])[]

  constructor(sink: LogSink | null, debug: string) {
    this.#sink = sink
    this.#patterns = debug
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((text) => text.split('*'))
  }

  for(namespace: string): Log {
    const sink = this.#sink
    if (!sink || !this.#patterns.some((pattern) => matches(pattern, namespace))) return silent
    return Object.assign((line: string) => sink(namespace, redact(line)), { enabled: true })
  }
}

/**
 * Whether a name has these parts in this order: the first at its beginning, the last at its end, anything between them.
 */
function matches(parts: readonly string[], name: string): boolean {
  const [first, ...others] = parts as [string, ...string[]]
  const last = others.pop()
  if (last === undefined) return name === first
  if (!name.startsWith(first) || !name.endsWith(last)) return false
  let at = first.length
  for (const part of others) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= name.length - last.length
}

export const noLogs = new Logs(null, '')
