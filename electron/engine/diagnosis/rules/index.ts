import type { LastRequestFacts } from '../last-request.ts'
import type { Rule } from '../rule.ts'
import { actionFailed } from './action-failed.ts'
import { afterTheEnd } from './after-the-end.ts'
import { answeredCancelled } from './answered-cancelled.ts'
import { answeredTwice } from './answered-twice.ts'
import { arrivesElsewhere } from './arrives-elsewhere.ts'
import { audioStops } from './audio-stops.ts'
import { bindingMissing } from './binding-missing.ts'
import { bothWait } from './both-wait.ts'
import { branchReused } from './branch-reused.ts'
import { byeAstray } from './bye-astray.ts'
import { byeReason } from './bye-reason.ts'
import { byeUnanswered } from './bye-unanswered.ts'
import { cancelIgnored } from './cancel-ignored.ts'
import { challengeUnanswered } from './challenge-unanswered.ts'
import { changeRefused } from './change-refused.ts'
import { clockSkew } from './clock-skew.ts'
import { connectionFailed } from './connection-failed.ts'
import { connectionLost } from './connection-lost.ts'
import { dialogIncomplete } from './dialog-incomplete.ts'
import { dialogRefused } from './dialog-refused.ts'
import { dialogUnanswered } from './dialog-unanswered.ts'
import { contentTypeMissing } from './content-type-missing.ts'
import { digitsLost } from './digits-lost.ts'
import { digitsMalformed } from './digits-malformed.ts'
import { droppedByPolicy } from './dropped-by-policy.ts'
import { failedOver } from './failed-over.ts'
import { headersMalformed } from './headers-malformed.ts'
import { illegalAnswer } from './illegal-answer.ts'
import { impaired } from './impaired.ts'
import { keysInClear } from './keys-in-clear.ts'
import { lateAudio } from './late-audio.ts'
import { lossReported } from './loss-reported.ts'
import { malformed } from './malformed.ts'
import { mediaInClear } from './media-in-clear.ts'
import { nat } from './nat.ts'
import { noResponse } from './no-response.ts'
import { notAcknowledged } from './not-acknowledged.ts'
import { nonceStale } from './nonce-stale.ts'
import { nothingArrives } from './nothing-arrives.ts'
import { noMediaPath } from './no-media-path.ts'
import { nothingSent } from './nothing-sent.ts'
import { offerUnanswered } from './offer-unanswered.ts'
import { onPurpose } from './on-purpose.ts'
import { packetLoss } from './packet-loss.ts'
import { peerHearsNothing } from './peer-hears-nothing.ts'
import { provisionalUnacknowledged } from './provisional-unacknowledged.ts'
import { refusalUnacknowledged } from './refusal-unacknowledged.ts'
import { refusedAcl } from './refused-acl.ts'
import { refusedCallee } from './refused-callee.ts'
import { refusedCapacity } from './refused-capacity.ts'
import { refusedCredentials } from './refused-credentials.ts'
import { refusedMedia } from './refused-media.ts'
import { refusedNumber } from './refused-number.ts'
import { refusedOther } from './refused-other.ts'
import { refusedWordless } from './refused-wordless.ts'
import { reinviteStorm } from './reinvite-storm.ts'
import { registrationLoops } from './registration-loops.ts'
import { registrationRefused } from './registration-refused.ts'
import { registrationUnanswered } from './registration-unanswered.ts'
import { requestRefused } from './request-refused.ts'
import { requestUnanswered } from './request-unanswered.ts'
import { ringTimeout } from './ring-timeout.ts'
import { ringsUnjoined } from './rings-unjoined.ts'
import { rtpPortClosed } from './rtp-port-closed.ts'
import { scriptFailed } from './script-failed.ts'
import { sentAhead } from './sent-ahead.ts'
import { sentAstray } from './sent-astray.ts'
import { sessionTimer } from './session-timer.ts'
import { sessionUnusable } from './session-unusable.ts'
import { silentFromPeer } from './silent-from-peer.ts'
import { silentToPeer } from './silent-to-peer.ts'
import { soundsEncrypted } from './sounds-encrypted.ts'
import { ssrcChanges } from './ssrc-changes.ts'
import { transfer } from './transfer.ts'
import { unauthentic } from './unauthentic.ts'
import { voicemail } from './voicemail.ts'
import { webhook } from './webhook.ts'
import { wrongLaw } from './wrong-law.ts'
import { wrongPayloadType } from './wrong-payload-type.ts'

/**
 * In the order of the questions of diagnosis: refused, answered, negotiated, sent, arriving, decodable, with energy.
 */
export const rules: readonly Rule[] = [
  connectionFailed,
  failedOver,
  droppedByPolicy,
  noResponse,
  challengeUnanswered,
  provisionalUnacknowledged,
  refusedWordless,
  refusedAcl,
  nonceStale,
  refusedCredentials,
  refusedNumber,
  refusedMedia,
  refusedCapacity,
  refusedCallee,
  refusedOther,
  refusalUnacknowledged,
  webhook,
  ringsUnjoined,
  ringTimeout,
  cancelIgnored,
  answeredCancelled,
  nat,
  dialogIncomplete,
  branchReused,
  answeredTwice,
  notAcknowledged,
  sessionUnusable,
  contentTypeMissing,
  illegalAnswer,
  mediaInClear,
  keysInClear,
  offerUnanswered,
  changeRefused,
  reinviteStorm,
  requestRefused,
  requestUnanswered,
  sessionTimer,
  transfer,
  actionFailed,
  scriptFailed,
  connectionLost,
  noMediaPath,
  bothWait,
  nothingSent,
  rtpPortClosed,
  nothingArrives,
  sentAstray,
  audioStops,
  arrivesElsewhere,
  wrongPayloadType,
  soundsEncrypted,
  wrongLaw,
  unauthentic,
  ssrcChanges,
  digitsLost,
  digitsMalformed,
  silentFromPeer,
  silentToPeer,
  peerHearsNothing,
  lateAudio,
  voicemail,
  sentAhead,
  clockSkew,
  packetLoss,
  lossReported,
  impaired,
  onPurpose,
  byeAstray,
  byeUnanswered,
  byeReason,
  afterTheEnd,
  malformed,
  headersMalformed,
]

/** Those of a registration. */
export const registrationRules: readonly Rule<LastRequestFacts>[] = [
  registrationLoops,
  registrationUnanswered,
  registrationRefused,
  bindingMissing,
]

/** Those of what is neither a call nor a registration. */
export const dialogRules: readonly Rule<LastRequestFacts>[] = [dialogUnanswered, dialogRefused]
