import { visible } from '../../shared/base/text.ts'
import type { RegistrationView } from '../../shared/contract/state.ts'
import { print, printLine } from './output.ts'
import { withFlags } from './remedies.ts'
import type { CommonOptions } from './session.ts'
import type { Paint } from './terminal.ts'

/** What goes without saying where it works. */
const ofNoNews = new Set(['resolution', 'tls-chain', 'note'])

/** What becomes of a registration that stays, a line for each change. */
export class RegistrationLines {
  readonly #json: boolean
  readonly #paint: Paint
  #state = ''
  #printed = 0

  constructor(options: CommonOptions, paint: Paint) {
    this.#json = options.json === true
    this.#paint = paint
  }

  show(view: RegistrationView): void {
    if (!this.#json) this.#tell(view)
    if (view.state === this.#state) return
    this.#state = view.state
    const { address, registrar, state, contact, expiresS, status, text } = view
    if (this.#json) void printLine({ type: 'registration', state, contact, expiresS, status, text } as { type: string })
    else if (state === 'registered') {
      const words = `registered ${address} at ${registrar}: ${contact} for ${expiresS} s`
      print(`${this.#paint.green('✓')} ${visible(words)}`)
    } else if (state === 'failed')
      print(`${this.#paint.red('✕')} not registered: ${visible(withFlags(text ?? '', view.remedy))}`)
  }

  /** What was seen on the way and is no part of why it failed. */
  #tell({ observations, text }: RegistrationView): void {
    for (const { kind, text: seen } of observations.slice(this.#printed))
      if (!ofNoNews.has(kind) && !text?.includes(seen)) print(this.#paint.dim(`· ${visible(seen)}`))
    this.#printed = observations.length
  }
}
