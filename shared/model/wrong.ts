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
} as const

export type Wrong = keyof typeof wrongs
export const wrongNames = Object.keys(wrongs) as readonly Wrong[]
