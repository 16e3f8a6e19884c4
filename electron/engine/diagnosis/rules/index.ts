import type { RegistrationFacts } from '../registration.ts'
import type { Rule } from '../rule.ts'
import { afterTheEnd } from './after-the-end.ts'
import { audioStops } from './audio-stops.ts'
import { byeUnanswered } from './bye-unanswered.ts'
import { illegalAnswer } from './illegal-answer.ts'
import { ringTimeout } from './ring-timeout.ts'
import { sentAstray } from './sent-astray.ts'
import { soundsEncrypted } from './sounds-encrypted.ts'
import { arrivesElsewhere } from './arrives-elsewhere.ts'
import { byeReason } from './bye-reason.ts'
import { dialogIncomplete } from './dialog-incomplete.ts'
import { offerUnanswered } from './offer-unanswered.ts'
import { changeRefused } from './change-refused.ts'
import { cancelIgnored } from './cancel-ignored.ts'
import { digitsLost } from './digits-lost.ts'
import { connectionFailed } from './connection-failed.ts'
import { lateAudio } from './late-audio.ts'
import { malformed } from './malformed.ts'
import { noResponse } from './no-response.ts'
import { notAcknowledged } from './not-acknowledged.ts'
import { nothingArrives } from './nothing-arrives.ts'
import { nothingSent } from './nothing-sent.ts'
import { packetLoss } from './packet-loss.ts'
import { peerHearsNothing } from './peer-hears-nothing.ts'
import { refusedAcl } from './refused-acl.ts'
import { refusedCallee } from './refused-callee.ts'
import { refusedCapacity } from './refused-capacity.ts'
import { refusedCredentials } from './refused-credentials.ts'
import { refusedMedia } from './refused-media.ts'
import { refusedNumber } from './refused-number.ts'
import { refusedOther } from './refused-other.ts'
import { silentFromPeer } from './silent-from-peer.ts'
import { bindingMissing } from './binding-missing.ts'
import { registrationRefused } from './registration-refused.ts'
import { registrationUnanswered } from './registration-unanswered.ts'
import { wrongPayloadType } from './wrong-payload-type.ts'

/**
 * In the order of the questions of diagnosis: refused, answered, negotiated, sent, arriving, decodable, with energy.
 */
export const rules: readonly Rule[] = [
  connectionFailed,
  noResponse,
  refusedAcl,
  refusedCredentials,
  refusedNumber,
  refusedMedia,
  refusedCapacity,
  refusedCallee,
  refusedOther,
  ringTimeout,
  cancelIgnored,
  dialogIncomplete,
  notAcknowledged,
  illegalAnswer,
  offerUnanswered,
  changeRefused,
  nothingSent,
  nothingArrives,
  sentAstray,
  audioStops,
  arrivesElsewhere,
  wrongPayloadType,
  soundsEncrypted,
  digitsLost,
  silentFromPeer,
  peerHearsNothing,
  lateAudio,
  packetLoss,
  byeUnanswered,
  byeReason,
  afterTheEnd,
  malformed,
]

/** Those of a registration. */
export const registrationRules: readonly Rule<RegistrationFacts>[] = [
  registrationUnanswered,
  registrationRefused,
  bindingMissing,
]
