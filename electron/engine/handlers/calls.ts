import { join } from 'node:path'
import { RingbackError, usage } from '../base/errors.ts'
import type { BookedCall } from '../calls/booked-call.ts'
import type { CallBook } from '../calls/call-book.ts'
import type { Softphone } from '../calls/softphone.ts'
import type { Files } from '../files.ts'
import type { History } from '../history.ts'
import { exportCall } from '../report/exports.ts'
import type { Call } from '../ua/index.ts'
import type { Handlers } from './handlers.ts'

interface CallHandlerDeps {
  readonly softphone: Softphone
  readonly book: CallBook
  readonly history: History
  readonly files: Files
  maskNumbers(): boolean
}

export function callHandlers({ softphone, book, history, files, maskNumbers }: CallHandlerDeps): Handlers<'call'> {
  const known = (id: string): BookedCall => {
    const booked = book.get(id)
    if (!booked) throw usage(`there is no call "${id}"`)
    return booked
  }
  const live = (id: string): { readonly booked: BookedCall; readonly call: Call } => {
    const booked = known(id)
    if (!booked.call) throw usage(`call "${id}" is over`)
    return { booked, call: booked.call }
  }
  const waiting = (id: string): NonNullable<BookedCall['waiting']> => {
    const { waiting } = known(id)
    if (!waiting || waiting.call.state.kind !== 'ringing') throw usage(`call "${id}" does not wait for an answer here`)
    return waiting
  }
  return {
    'call.place': (args) => softphone.placeCall(args),
    'call.hangUp': ({ id }) => {
      live(id).call.hangUp()
      return {}
    },
    'call.hold': ({ id, on }) =>
      new Promise((resolve, reject) => {
        const { booked, call } = live(id)
        call.hold(on, (fault) => {
          if (fault !== null) return reject(new RingbackError('peer', `${on ? 'hold' : 'resume'} failed: ${fault}`))
          booked.held = on
          book.touched(booked)
          resolve({})
        })
      }),
    'call.mute': ({ id, on }) => {
      const { booked, call } = live(id)
      call.media?.mute(on)
      booked.muted = on
      book.touched(booked)
      return {}
    },
    'call.answer': async ({ id, source }) => {
      await waiting(id).answer(source)
      return {}
    },
    'call.reject': ({ id, code }) => {
      waiting(id).call.reject(code)
      return {}
    },
    'call.record': ({ id, on }) => {
      const { booked, call } = live(id)
      if (!call.media) throw usage('there is no audio to record yet')
      const file = on ? join(files.folder('recordings'), `${id}.wav`) : null
      call.media.record(file)
      booked.recordingTo = file
      booked.recording = file ?? booked.recording
      book.touched(booked)
      return { file: booked.recording }
    },
    'call.export': ({ id, format }) => {
      const booked = book.get(id)
      return exportCall(booked ? book.report(booked) : history.show(id), booked, format, maskNumbers())
    },
    'call.dtmf': ({ id, digits, mode }) => {
      const fault = live(id).call.sendDigits(digits, mode)
      if (fault !== null) throw usage(`digits were not sent: ${fault}`)
      return {}
    },
    'call.report': ({ id }) => book.report(known(id)),
  }
}
