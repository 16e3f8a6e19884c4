import { decodeText } from '../../../shared/base/text.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import { mostRequests, type WebhookRequestView, type WebhookView } from '../../../shared/contract/webhook.ts'
import type { ControlAction } from '../../../shared/providers/personas/control.ts'
import type { Hook } from '../../../shared/providers/personas/persona.ts'
import type { WebhookPlay } from '../../../shared/model/webhook-plays.ts'
import { redact, redactHeader } from '../../../shared/wire/sip/redact.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import { explainError } from '../base/errors.ts'
import type { Http } from '../base/http.ts'
import type { HttpArrived, HttpReply } from '../base/http-serve.ts'
import { hideIn } from '../base/secret-headers.ts'
import { played } from './webhook-played.ts'
import { signatureFault } from './webhook-signature.ts'

export interface WebhookServerDeps {
  readonly clock: Clock
  readonly boundary: Boundary
  readonly http: Http
}

/** What can be changed while it runs. */
export interface WebhookSettings {
  /** Undefined: what its persona asks for. */
  readonly answer?: unknown
  readonly delayMs: number
  readonly fault: WebhookPlay | null
  readonly act: Exclude<ControlAction, { kind: 'refer' | 'hangup' }> | { readonly kind: 'nothing' }
}

const mostShown = 4096
const actWithinMs = 10_000
const mostActBytes = 64 * 1024

/** A webhook of ours: it writes down who asks, and answers as it is set. */
export class WebhookServer {
  readonly #deps: WebhookServerDeps
  readonly #hook: Hook | null
  readonly #changed: () => void
  #settings: WebhookSettings
  #requests: WebhookRequestView[] = []
  #count = 0

  /** `hook`: null where no persona says what is right. */
  constructor(deps: WebhookServerDeps, hook: Hook | null, settings: WebhookSettings, changed: () => void) {
    this.#deps = deps
    this.#hook = hook
    this.#settings = settings
    this.#changed = changed
  }

  /** What is left out stays as it is. */
  set(changed: { readonly [Name in keyof WebhookSettings]?: WebhookSettings[Name] | undefined }): void {
    const before = this.#settings
    const { answer = before.answer, delayMs = before.delayMs, fault = before.fault, act = before.act } = changed
    this.#settings = { answer, delayMs, fault, act }
    this.#changed()
  }

  get view(): Pick<WebhookView, 'answer' | 'faults' | 'delayMs' | 'fault' | 'requests'> {
    const { delayMs, fault } = this.#settings
    const answer = this.#answer
    const faults = this.#hook && answer !== null ? [...this.#hook.check(answer)] : []
    return { answer, faults, delayMs, fault, requests: this.#requests }
  }

  async handle(request: HttpArrived): Promise<HttpReply | null> {
    const { clock } = this.#deps
    const startMs = clock.monotonicMs()
    const number = ++this.#count
    this.#requests = [...this.#requests, this.#logged(request, number)].slice(-mostRequests)
    this.#changed()
    const { delayMs, fault } = this.#settings
    const acting = this.#act(request, number)
    if (delayMs > 0 || fault === 'timeout') await this.#wait(request, fault === 'timeout' ? null : delayMs)
    // Whoever answers events acts on them first, as servers are written.
    await acting
    const reply = request.gone.aborted ? null : request.cut ? tooLarge : played(fault, this.#answer)
    const afterMs = Math.round(clock.monotonicMs() - startMs)
    const answered = { status: reply?.status ?? null, bytes: Buffer.byteLength(reply?.body ?? ''), afterMs }
    this.#note(number, { answered })
    return reply
  }

  get #answer(): unknown {
    const { answer } = this.#settings
    return answer === undefined ? (this.#hook?.answer ?? null) : answer
  }

  /** Null: until whoever asks is gone. */
  #wait({ gone }: HttpArrived, delayMs: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = delayMs === null ? null : this.#deps.clock.after(delayMs, resolve)
      const give = () => {
        timer?.cancel()
        resolve()
      }
      if (gone.aborted) give()
      else gone.addEventListener('abort', this.#deps.boundary.guard('HTTP request', give))
    })
  }

  #logged({ method, target, headers, body, cut }: HttpArrived, number: number): WebhookRequestView {
    const secrets = this.#hook?.headers ?? []
    const shown = {
      headers: headers.map(({ name, value }) => ({ name, value: redactHeader(name, value) })),
      body: redact(decodeText(body)).slice(0, mostShown),
    }
    return {
      number,
      at: isoMicros(this.#deps.clock.nowUs()),
      method,
      target: redact(target),
      ...hideIn(shown, secrets),
      bytes: body.length,
      proof: cut ? { ok: false, text: cutText(body) } : this.#hook && this.#proof(this.#hook, headers, body),
      answered: null,
      acted: null,
    }
  }

  #proof(
    { headers: wanted, signingSecret }: Hook,
    headers: HttpArrived['headers'],
    body: Uint8Array,
  ): WebhookRequestView['proof'] {
    if (signingSecret === null && wanted.length === 0) return null
    const wrong = wanted.find(
      (want) =>
        !headers.some(({ name, value }) => name.toLowerCase() === want.name.toLowerCase() && value === want.value),
    )
    if (wrong) return { ok: false, text: `the header ${wrong.name} has not the value of the configuration` }
    if (signingSecret === null) return { ok: true, text: 'the secret headers are those of the configuration' }
    const fault = signatureFault(signingSecret, headers, body, Math.floor(this.#deps.clock.nowUs() / 1e6))
    return fault === null ? { ok: true, text: 'the signature is right' } : { ok: false, text: fault }
  }

  /** Calls what the event of a call asks for. An event whose signature is not right is told of, and not acted on. */
  async #act({ body }: HttpArrived, number: number): Promise<void> {
    const { act } = this.#settings
    if (act.kind === 'nothing' || this.#requests.find((one) => one.number === number)?.proof?.ok !== true) return
    const action = this.#hook?.act(jsonOf(body), act) ?? null
    if (!action) return
    const { clock, http } = this.#deps
    const late = new AbortController()
    const timer = clock.after(actWithinMs, () => late.abort())
    try {
      const { status, body: said } = await http({
        url: action.url,
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Authorization': `Bearer ${action.key}` },
        body: action.body,
        mostBytes: mostActBytes,
        signal: late.signal,
      })
      const secrets = [{ name: 'Authorization', value: action.key }]
      const error = status < 300 ? null : hideIn(redact(decodeText(said)), secrets).slice(0, 500)
      this.#note(number, { acted: { action: act.kind, status, error } })
    } catch (error) {
      this.#note(number, { acted: { action: act.kind, status: null, error: explainError(error) } })
    } finally {
      timer.cancel()
    }
  }

  #note(number: number, part: Partial<WebhookRequestView>): void {
    this.#requests = this.#requests.map((one) => (one.number === number ? { ...one, ...part } : one))
    this.#changed()
  }
}

const tooLarge: HttpReply = { status: 413, headers: {}, body: '' }
const cutText = ({ length }: Uint8Array) => `the body has more than ${length} bytes: the rest of it was not read`

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(body))
  } catch {
    return null
  }
}
