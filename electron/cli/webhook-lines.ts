import { elide, visible } from '../../shared/base/text.ts'
import type { WebhookRequestView, WebhookView } from '../../shared/contract/webhook.ts'
import { stepMark } from './persona-lines.ts'
import type { Paint } from './terminal.ts'

const widest = 200
const shown = (text: string) => elide(visible(text), widest)

/** What a webhook of ours has to tell: each request once it is answered, what is wrong with its answer once. */
export class WebhookLines {
  readonly #paint: Paint
  #told = 0
  #faults = ''

  constructor(paint: Paint) {
    this.#paint = paint
  }

  /** The requests that were answered since. One whose answer never goes out is over when whoever asked is gone. */
  fresh({ requests }: WebhookView): WebhookRequestView[] {
    const fresh: WebhookRequestView[] = []
    for (const request of requests) {
      if (request.number <= this.#told) continue
      if (!request.answered) break
      this.#told = request.number
      fresh.push(request)
    }
    return fresh
  }

  /** What the persona would find wrong with the answer, where that is not the same as before. */
  faults({ faults }: WebhookView): string[] {
    const lines = faults.map(({ code, text }) => `the answer: ${code}: ${visible(text)}`)
    if (lines.join('\n') === this.#faults) return []
    this.#faults = lines.join('\n')
    return lines
  }

  of({ number, at, method, target, headers, body, proof, answered, acted }: WebhookRequestView): string[] {
    const paint = this.#paint
    const answer = answered?.status == null ? 'no answer' : `${answered.status}, ${answered.bytes} bytes`
    return [
      `${paint.bold(`#${number}`)} ${at} ${visible(method)} ${shown(target)}: ${answer} after ${answered?.afterMs} ms`,
      ...headers.map(({ name, value }) => paint.dim(`    ${shown(name)}: ${shown(value)}`)),
      `    ${shown(body)}`,
      ...(proof ? [`    ${stepMark(proof.ok, paint)} ${visible(proof.text)}`] : []),
      ...(acted
        ? [
            `    ${stepMark(acted.error === null, paint)} called ${acted.action}: ${acted.status ?? 'no answer'}` +
              (acted.error === null ? '' : ` ${shown(acted.error)}`),
          ]
        : []),
    ]
  }
}
