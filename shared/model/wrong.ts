/** What an agent does wrong on purpose, so that it is seen how the other side takes it. */
export const wrongs = {
  'bye-481': 'a BYE is answered with 481, as by a server that does not know the dialog',
  'bye-unanswered': 'a BYE gets no answer',
  'only-183': 'what should be the 200 to an INVITE goes out as 183',
  'no-content-type': 'a session description goes out without a Content-Type',
  'no-contact': 'a 200 to an INVITE has no Contact',
  'no-to-tag': 'responses have no tag in To',
  'illegal-answer': 'a session description names a payload type that was not offered',
  'illegal-hold': 'a hold is answered as if both sides went on sending',
  'private-contact': 'a 200 to an INVITE has a Contact of a private address where nobody is',
  'private-sdp': 'a session description wants media at a private address where nobody is',
  'wrong-payload-type': 'audio has a payload type that was not agreed on',
  'ssrc-change': 'the SSRC is another one after a second, sequence numbers and timestamps too',
  'audio-stops': 'audio stops after a second, and the call goes on',
  'tls-expired': 'the certificate of TLS listeners has expired',
  'tls-wrong-name': 'the certificate of TLS listeners is for another name',
} as const

export type Wrong = keyof typeof wrongs
export const wrongNames = Object.keys(wrongs) as readonly Wrong[]

/** Of those that are about RTP: the impairments that do it. */
export const wrongMedia: Partial<Readonly<Record<Wrong, string>>> = {
  'wrong-payload-type': 'payload-type=96',
  'ssrc-change': 'ssrc-jump=1s',
  'audio-stops': 'mute=1s',
}

/** What a caller does wrong on purpose, so that it is seen how the called side takes it. */
export const callerWrongs = {
  'no-ack': 'a 200 to the INVITE gets no ACK',
  'no-bye': 'the call is left without a BYE',
  'slow-bye': 'the BYE goes out 4 s after the audio has ended',
} as const

export type CallerWrong = keyof typeof callerWrongs
export const callerWrongNames = Object.keys(callerWrongs) as readonly CallerWrong[]
