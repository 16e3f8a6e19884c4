import { elide, visible } from '../../shared/base/text.ts'
import type { WebhookRequestView, WebhookView } from '../../shared/contract/webhook.ts'
import { stepMark } from './persona-lines.ts'
import type { Paint } from './terminal.ts'

const widest = 200
const shown = (text: string) => elide(visible(text), widest)

/** What a webhook of ours has to tell: each request once it is answered, what is wrong with its answer once. */
export class WebhookLines {
  readonly #paint: Paint
  #told: ReadonlySet<number> = new Set()
  #newest = 0
  #faults = ''

  constructor(paint: Paint) {
    this.#paint = paint
  }

  /** The requests that were answered since, whichever came first. */
  fresh({ requests }: WebhookView): WebhookRequestView[] {
    const answered = requests.filter(({ answered: how }) => how !== null)
    const fresh = answered.filter(({ number }) => !this.#told.has(number))
    this.#told = new Set(answered.map(({ number }) => number))
    return fresh
  }

  /** How many came and went faster than they could be shown, since this was asked last. */
  missed({ requests }: WebhookView): number {
    const [first, last] = [requests[0]?.number ?? 1, requests.at(-1)?.number ?? 0]
    const missed = Math.max(0, first - 1 - this.#newest)
    this.#newest = Math.max(this.#newest, last)
    return missed
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
