import { visible } from '../../shared/base/text.ts'
import type { BindingView } from '../../shared/contract/agent-parts.ts'
import { print, printLine } from './output.ts'
import type { CommonOptions } from './session.ts'

/** Says who registered with the agent, and who no longer is. */
export class BindingLines {
  readonly #json: boolean
  #last: readonly BindingView[] = []

  constructor({ json = false }: Pick<CommonOptions, 'json'>) {
    this.#json = json
  }

  async show(bindings: readonly BindingView[] = []): Promise<void> {
    const before = this.#last
    this.#last = bindings
    const same = ({ user, contact, source }: BindingView) => `${user} ${contact} ${source}`
    const [old, now] = [new Set(before.map(same)), new Set(bindings.map(same))]
    const gone = before.filter((one) => !now.has(same(one)))
    const came = bindings.filter((one) => !old.has(same(one)))
    if (gone.length + came.length === 0) return
    if (this.#json) return printLine({ type: 'bindings', bindings: [...bindings] } as { type: string })
    for (const { user, contact, source, until } of came)
      print(`registered: ${visible(user)} at ${visible(contact)}, from ${source}, until ${until}`)
    for (const { user, contact } of gone) print(`no longer registered: ${visible(user)} at ${visible(contact)}`)
  }
}
