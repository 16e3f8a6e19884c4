import { redact, redactCredentials } from '../../../shared/wire/sip/redact.ts'

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
  readonly #patterns: readonly RegExp[]

  constructor(sink: LogSink | null, debug: string) {
    this.#sink = sink
    this.#patterns = debug.split(/[\s,]+/).filter(Boolean).map((text) => new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`))
  }

  for(namespace: string): Log {
    const sink = this.#sink
    if (!sink || !this.#patterns.some((pattern) => pattern.test(namespace))) return silent
    return Object.assign((line: string) => sink(namespace, redactCredentials(redact(line))), { enabled: true })
  }
}

export const noLogs = new Logs(null, '')
