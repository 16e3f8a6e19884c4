import { decodeText } from '../../../../shared/base/text.ts'
import { dtmfOfInfo } from '../../../../shared/wire/sip/info.ts'
import { header, makeHeader } from '../../../../shared/wire/sip/message.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Call } from './call.ts'
import { inDialog } from './in-dialog.ts'

const relayType = makeHeader('Content-Type', 'application/dtmf-relay')

/** Sends each digit in an INFO of its own (RFC 6086). */
export function sendInfoDigits(call: Call, digits: string): void {
  const { deps } = call
  for (const digit of digits) {
    inDialog(call, {
      method: 'INFO',
      headers: [relayType],
      body: `Signal=${digit}\r\nDuration=160\r\n`,
      done(outcome) {
        const answer = outcome.kind === 'response' ? outcome.response : null
        if (answer && answer.status < 300) return
        deps.observe(
          'note',
          `digit ${digit} by INFO was answered ${answer ? `${answer.status} ${answer.reason}` : 'by nothing'}`,
        )
      },
    })
  }
  deps.observe('digit-sent', `digits ${digits} sent by INFO`)
}

export function receiveInfo(call: Call, transaction: ServerTransaction): void {
  const { request } = transaction
  const digit = dtmfOfInfo(header(request, 'content-type'), decodeText(request.body))
  if (digit !== null) call.deps.observe('digit-received', `digit ${digit} received by INFO`)
  call.reply(transaction, 200)
}
