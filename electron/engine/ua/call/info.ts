import { decodeText } from '../../../../shared/base/text.ts'
import { dtmfOfInfo } from '../../../../shared/wire/sip/info.ts'
import { header, makeHeader } from '../../../../shared/wire/sip/message.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Call } from './call.ts'
import { inDialog } from './in-dialog.ts'

const relayType = makeHeader('Content-Type', 'application/dtmf-relay')

/** Digits each in an INFO of its own (RFC 6086), one after the other's answer: over UDP none comes before another. */
export class InfoDigits {
  readonly #call: Call
  readonly #waiting: string[] = []
  #under = false

  constructor(call: Call) {
    this.#call = call
  }

  send(digits: string): void {
    this.#waiting.push(...digits)
    this.#call.deps.observe('digit-sent', `digits ${digits} sent by INFO`)
    this.#next()
  }

  #next(): void {
    const call = this.#call
    if (this.#under || !call.is('answered')) return
    const digit = this.#waiting.shift()
    if (digit === undefined) return
    this.#under = true
    inDialog(call, {
      method: 'INFO',
      headers: [relayType],
      body: `Signal=${digit}\r\nDuration=160\r\n`,
      done: (outcome) => {
        this.#under = false
        const answer = outcome.kind === 'response' ? outcome.response : null
        if (!answer || answer.status >= 300) {
          const how = answer ? `${answer.status} ${answer.reason}` : 'by nothing'
          call.deps.observe('note', `digit ${digit} by INFO was answered ${how}`)
        }
        this.#next()
      },
    })
  }
}

export function receiveInfo(call: Call, transaction: ServerTransaction): void {
  const { request } = transaction
  const digit = dtmfOfInfo(header(request, 'content-type'), decodeText(request.body))
  if (digit !== null) call.deps.observe('digit-received', `digit ${digit} received by INFO`)
  call.reply(transaction, 200)
}
