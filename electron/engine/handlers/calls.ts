import { join } from 'node:path'
import type { CallRecords } from '../calls/call-records.ts'
import type { Softphone } from '../calls/softphone.ts'
import type { Files } from '../files.ts'
import type { History } from '../history.ts'
import { exportCall } from '../report/exports.ts'
import type { Handlers } from './handlers.ts'

interface CallHandlerDeps {
  readonly softphone: Softphone
  readonly records: CallRecords
  readonly history: History
  readonly files: Files
  maskNumbers(): boolean
}

export function callHandlers({ softphone, records, history, files, maskNumbers }: CallHandlerDeps): Handlers<'call'> {
  return {
    'call.place': (args) => softphone.placeCall(args),
    'call.hangUp': ({ id }) => {
      records.known(id).hangUp()
      return {}
    },
    'call.hold': async ({ id, on }) => {
      await records.known(id).hold(on)
      return {}
    },
    'call.mute': ({ id, on }) => {
      records.known(id).mute(on)
      return {}
    },
    'call.answer': async ({ id, source }) => {
      await records.known(id).answer(source)
      return {}
    },
    'call.reject': ({ id, code }) => {
      records.known(id).reject(code)
      return {}
    },
    'call.record': ({ id, on }) => {
      const record = records.known(id)
      record.record(on ? join(files.folder('recordings'), `${id}.wav`) : null)
      return { file: record.recording }
    },
    'call.export': ({ id, format }) => {
      const record = records.get(id)
      return exportCall(record?.report() ?? history.show(id), record, format, maskNumbers())
    },
    'call.dtmf': ({ id, digits, mode }) => {
      records.known(id).sendDigits(digits, mode)
      return {}
    },
    'call.report': ({ id }) => records.known(id).report(),
  }
}
