/** What a webhook of ours does wrong on purpose, by what it is called where it is found. */
export const webhookPlays = {
  'timeout': 'it never answers',
  'status': 'it answers 500',
  'html': 'it answers with a page',
  'dropped': 'it closes the connection without an answer',
  'redirect': 'it redirects to another path',
  'too-large': 'it answers with 10 MB',
  'not-json': 'it answers with what is no JSON',
  'empty': 'it answers without a body',
} as const

export type WebhookPlay = keyof typeof webhookPlays
export const webhookPlayNames = Object.keys(webhookPlays) as readonly WebhookPlay[]
