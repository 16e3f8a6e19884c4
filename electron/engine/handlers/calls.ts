import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { usage } from '../base/errors.ts'
import type { CallRecord } from '../calls/call-record.ts'
import type { CallRecords } from '../calls/call-records.ts'
import type { Conferences } from '../calls/conferences.ts'
import type { Softphone } from '../calls/softphone.ts'
import type { Voice } from '../calls/voice.ts'
import { audioOf } from '../captures/call-audio.ts'
import { recordedAudio } from '../captures/recorded-audio.ts'
import { redact } from '../../../shared/wire/sip/redact.ts'
import type { Feed } from '../feed.ts'
import type { Files } from '../files.ts'
import type { History } from '../history.ts'
import type { KnownCalls } from '../known-calls.ts'
import type { Proofs } from '../proof/proofs.ts'
import { exportCall } from '../report/exports.ts'
import type { Handlers } from './handlers.ts'

interface CallHandlerDeps {
  readonly softphone: Softphone
  readonly voice: Voice
  readonly conferences: Conferences
  readonly records: CallRecords
  readonly calls: KnownCalls
  readonly history: History
  readonly files: Files
  readonly feed: Feed
  readonly proofs: Proofs
  readonly clock: Clock
  maskNumbers(): boolean
}

export function callHandlers(deps: CallHandlerDeps): Handlers<'call'> {
  const { softphone, voice, conferences, records, calls, history, files, feed, proofs, clock, maskNumbers } = deps
  /** A call that something can be done with. Throws RingbackError (usage). */
  const ours = (id: string): CallRecord => {
    const record = records.call(id)
    if (record) return record
    throw usage(
      calls.get(id)
        ? `call "${id}" was seen in a capture: it can be looked at and saved, and nothing else`
        : `there is no call "${id}"`,
    )
  }
  return {
    'call.place': (args) => softphone.placeCall(args),
    'call.hangUp': ({ id }) => {
      ours(id).hangUp()
      return {}
    },
    'call.hold': async ({ id, on, music }) => {
      await softphone.hold(ours(id), on, music)
      return {}
    },
    'call.mute': ({ id, on }) => {
      ours(id).mute(on)
      return {}
    },
    'call.answer': async ({ id, source }) => {
      await ours(id).answer(source)
      return {}
    },
    'call.voice': ({ id }) => voice.invite(ours(id)),
    'call.reject': ({ id, code }) => {
      ours(id).reject(code)
      return {}
    },
    'call.record': ({ id, on }) => {
      const record = ours(id)
      record.record(on ? join(files.folder('recordings'), `${id}.wav`) : null)
      return { file: record.recording }
    },
    'call.export': async ({ id, format }) => {
      const call = calls.get(id)
      await call?.fetch?.()
      return exportCall(call?.report() ?? history.show(id), call, format, maskNumbers())
    },
    'call.audio': async ({ id, way }) => {
      const call = await calls.known(id)
      const packets = await call.packets()
      const pause = () => new Promise<void>((resolve) => void clock.after(0, resolve))
      try {
        if (!packets) throw usage('the packets of its audio are not kept any more: record a call to hear it later')
        return await audioOf(call.report(), way, packets.pcap, pause)
      } catch (error) {
        if (!call.recording || call.recordingTo !== null) throw error
        return recordedAudio(call.recording, way)
      }
    },
    'call.dtmf': ({ id, digits, mode }) => {
      ours(id).sendDigits(digits, mode)
      return {}
    },
    'call.transfer': ({ id, to, with: other }) => {
      if ((to === undefined) === (other === undefined)) throw usage('a call is transferred to a target or with a call')
      return softphone.transfer(ours(id), to ?? ours(other!))
    },
    'call.join': async ({ id, with: other }) => {
      await conferences.join(ours(id), ours(other))
      return {}
    },
    'call.leave': async ({ id }) => {
      await conferences.leave(ours(id))
      return {}
    },
    'call.note': async ({ id, text }) => {
      const note = text.trim() === '' ? null : redact(text)
      const call = calls.get(id)
      await call?.fetch?.()
      if (call) call.annotate(note)
      else history.annotate(id, note)
      feed.change({ kind: 'call', id })
      return {}
    },
    'call.report': async ({ id }) => (await calls.known(id)).report(),
    'call.proofPlan': (args) => proofs.plan(args),
    'call.prove': (args) => proofs.prove(args),
  }
}
