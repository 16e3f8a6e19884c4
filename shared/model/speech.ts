/** Characters of a text that a call says; two minutes of speech. */
export const mostSpeech = 2000
