/** What may be wrong with a webhook that is asked while a call rings, and what to do about it. */
export const webhookFaults = {
  'unreachable': {
    severity: 'fault',
    next: 'Start the server of the webhook, and check host and port of its URL from this computer.',
  },
  'certificate': {
    severity: 'fault',
    next:
      'Give the server a certificate of a public CA for the host name of the URL, with its whole chain: a platform ' +
      'accepts no other.',
  },
  'timeout': {
    severity: 'fault',
    next: 'Have the webhook answer at once, and do what takes long afterwards: the caller waits for it.',
  },
  'slow': {
    severity: 'warning',
    next: 'Have the webhook answer faster, or from a cache: the caller hears ringing for as long as it takes.',
  },
  'dropped': {
    severity: 'fault',
    next: 'Look in the log of the server why it closes the connection before its answer is complete.',
  },
  'redirect': {
    severity: 'fault',
    next: 'Set the URL to the place that the redirection names: a POST is not sent on.',
  },
  'status': {
    severity: 'fault',
    next: 'Look in the log of the server why it does not answer 200, its check of the secret header first.',
  },
  'too-large': {
    severity: 'fault',
    next: 'Have the webhook answer with the few variables and overrides that the agent needs.',
  },
  'empty': {
    severity: 'fault',
    next: 'Have the webhook answer with a JSON object, as the document of the platform shows it.',
  },
  'html': {
    severity: 'fault',
    next: 'Check that the URL is that of the webhook and not a page: a login, a proxy or an error page answers there.',
  },
  'not-json': {
    severity: 'fault',
    next: 'Have the webhook answer with JSON (RFC 8259): what stands at that line is none.',
  },
  'wrong-type': {
    severity: 'fault',
    next: 'Give the field the type that the document of the platform shows.',
  },
  'variable-missing': {
    severity: 'fault',
    next: 'Have the webhook answer with every dynamic variable that the agent defines.',
  },
  'variable-extra': {
    severity: 'warning',
    next: 'Define the variable at the agent, or leave it out of the answer; compare the spelling of both.',
  },
  'override-not-allowed': {
    severity: 'fault',
    next: 'Allow this override in the security settings of the agent, or leave it out of the answer.',
  },
  'not-accepted': {
    severity: 'fault',
    next:
      'Have the server that gets the event call accept or reject with the call_id of the event, at the address that ' +
      'the agent names, before the caller gives up.',
  },
  'accepted-late': {
    severity: 'warning',
    next: 'Have the server accept the call first, and do what takes long afterwards: it rings until then.',
  },
  'control-refused': {
    severity: 'fault',
    next: 'Compare what the server sent with the document of the platform: method, path, key and body.',
  },
  'field-unknown': {
    severity: 'info',
    next: 'Compare the name of the field with the document of the platform: what it does there is not known here.',
  },
} as const satisfies Readonly<
  Record<string, { readonly severity: 'fault' | 'warning' | 'info'; readonly next: string }>
>

export type WebhookFaultCode = keyof typeof webhookFaults
/** Those of a server that says over HTTP what becomes of a call. */
export const ofControl: ReadonlySet<WebhookFaultCode> = new Set(['not-accepted', 'accepted-late', 'control-refused'])
export const webhookFaultCodes = Object.keys(webhookFaults) as readonly WebhookFaultCode[]
