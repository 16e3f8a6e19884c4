/** What an agent does wrong on purpose, so that it is seen how the other side takes it. */
export const wrongs = {
  'bye-481': 'a BYE is answered with 481, as by a server that does not know the dialog',
  'bye-unanswered': 'a BYE gets no answer',
  'stale-nonce': 'credentials are never taken: whatever comes is challenged again with stale=true',
  '180-for-ever': 'it rings for ever: 180 once a second (over UDP only the first few), and no answer',
  'late-200': 'it rings until the caller cancels, and 3 s later the 200 to the INVITE goes out instead of 487',
  'only-183': 'what should be the 200 to an INVITE goes out as 183',
  'no-content-type': 'a session description goes out without a Content-Type',
  'no-contact': 'a 200 to an INVITE has no Contact',
  'no-to-tag': 'responses have no tag in To',
  'illegal-answer': 'a session description names a payload type that was not offered',
  'illegal-hold': 'a hold is answered as if both sides went on sending',
  'malformed-headers':
    'responses have a Date that is none, an Expires that is no number, a control character in Server, and one ' +
    'Contact too many that cannot be read',
  'private-contact': 'a 200 to an INVITE has a Contact of a private address where nobody is',
  'private-sdp': 'a session description wants media at a private address where nobody is',
  'wrong-payload-type': 'audio has a payload type that was not agreed on',
  'ssrc-change': 'the SSRC is another one after a second, sequence numbers and timestamps too',
  'audio-stops': 'audio stops after a second, and the call goes on',
  'silence': 'audio is silence',
  'both-wait': 'no RTP goes out before some of the caller has come',
  'dtmf-no-marker': 'the digits 1, 2 and 3 are sent after a second, without the marker bit',
  'reinvite-storm': 'a re-INVITE that changes nothing goes out four times a second',
  'refer-then-bye': 'a REFER is accepted, and a BYE follows without any NOTIFY',
  'media-timeout': 'the call is ended after 2 s with the reason that no media comes, though it does',
  'bye-wrong-place':
    'the call is ended after 2 s by a BYE that names the address of record instead of the Contact, and a dialog that ' +
    'nobody knows',
  'no-bye': 'the call is left after 2 s, without a BYE',
  'slow-bye': 'audio ends after 2 s, and the BYE goes out 4 s later',
  'tls-expired': 'the certificate of TLS listeners has expired',
  'tls-wrong-name': 'the certificate of TLS listeners is for another name',
  'client-certificate': 'TLS listeners want a certificate of the caller, and take none but their own',
} as const

export type Wrong = keyof typeof wrongs
export const wrongNames = Object.keys(wrongs) as readonly Wrong[]

/** Those that nothing but TLS listeners show. */
export const wrongOfTls: readonly Wrong[] = ['tls-expired', 'tls-wrong-name', 'client-certificate']

/** Of those that are about RTP: the impairments that do it. */
export const wrongMedia: Partial<Readonly<Record<Wrong | CallerWrong, string>>> = {
  'wrong-payload-type': 'payload-type=96',
  'ssrc-change': 'ssrc-jump=1s',
  'audio-stops': 'mute=1s',
  'both-wait': 'wait-for-peer',
  'dtmf-no-marker': 'dtmf-no-marker',
}

/** What a caller does wrong on purpose, so that it is seen how the called side takes it. */
export const callerWrongs = {
  'no-ack': 'a 200 to the INVITE gets no ACK',
  'no-bye': 'the call is left without a BYE',
  'slow-bye': 'the BYE goes out 4 s after the audio has ended',
  'bye-wrong-place': 'the BYE names the address of record instead of the Contact, and a dialog that nobody knows',
  'both-wait': 'no RTP goes out before some of the called side has come',
} as const

export type CallerWrong = keyof typeof callerWrongs
export const callerWrongNames = Object.keys(callerWrongs) as readonly CallerWrong[]

/** The impairments that do what is asked for, with those that are asked for by themselves; undefined: none. */
export function impairmentsWith(
  impairments: readonly string[] | undefined,
  wrong: readonly (Wrong | CallerWrong)[],
): string[] | undefined {
  const more = wrong.flatMap((name) => wrongMedia[name] ?? [])
  return more.length === 0 ? impairments && [...impairments] : [...new Set([...(impairments ?? []), ...more])]
}

/** As those that are asked for are told of: on the terminal, in the report of a call. */
export const wrongWords = (what: string): string => `wrong on purpose: ${what}`
