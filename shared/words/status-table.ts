import type { RefusedBy } from '../model/refused-by.ts'

/** Everything that Ringback knows of a status code of SIP; nothing else keeps a table of them. */
export interface Status {
  /** The reason phrase as registered with IANA. */
  readonly phrase: string
  /** What it says, as a sentence. */
  readonly meaning: string
  /** Who refuses with it, unless the call or the words of the peer tell otherwise. Successes have none. */
  readonly refusedBy?: RefusedBy
  /** Why the call came to nothing, as the rest of a sentence; `{name}` stands for the value of that header field. */
  readonly because?: string
  /** What to do about it. */
  readonly next?: string
  /**
   * To REGISTER. `final`: trying again by itself is of no use. `none`: no registrations are taken here, which is no
   * fault.
   */
  readonly registering?: 'final' | 'none'
}

/** By code. */
export const statuses: Readonly<Record<number, Status>> = {
  100: { phrase: 'Trying', meaning: 'The request has arrived at the next hop; nothing is decided.' },
  180: { phrase: 'Ringing', meaning: 'The callee is being alerted.' },
  181: { phrase: 'Call Is Being Forwarded', meaning: 'The call is being forwarded.' },
  182: { phrase: 'Queued', meaning: 'The call waits in a queue.' },
  183: { phrase: 'Session Progress', meaning: 'The call makes progress; audio before the answer may follow.' },
  199: { phrase: 'Early Dialog Terminated', meaning: 'One of several early dialogs is given up; the request goes on.' },
  200: { phrase: 'OK', meaning: 'The request succeeded; for INVITE, the call is answered.' },
  202: { phrase: 'Accepted', meaning: 'Accepted, but not carried out yet.' },
  204: { phrase: 'No Notification', meaning: 'The subscription goes on, and there is no notification now.' },
  300: {
    phrase: 'Multiple Choices',
    meaning: 'The callee can be reached at several addresses; they are in Contact.',
    refusedBy: 'routing',
  },
  301: {
    phrase: 'Moved Permanently',
    meaning: 'The callee has moved for good; the new address is in Contact.',
    refusedBy: 'routing',
  },
  302: {
    phrase: 'Moved Temporarily',
    meaning: 'The callee is elsewhere for now; the address is in Contact.',
    refusedBy: 'routing',
  },
  305: { phrase: 'Use Proxy', meaning: 'The call must go through the proxy in Contact.', refusedBy: 'routing' },
  380: {
    phrase: 'Alternative Service',
    meaning: 'Another service can be used; the body says which.',
    refusedBy: 'routing',
  },
  400: {
    phrase: 'Bad Request',
    meaning: 'The request could not be understood: malformed.',
    refusedBy: 'provider',
    registering: 'final',
  },
  401: {
    phrase: 'Unauthorized',
    meaning: 'Credentials are needed; the challenge is in WWW-Authenticate.',
    refusedBy: 'credentials',
    registering: 'final',
  },
  402: { phrase: 'Payment Required', meaning: 'The call must be paid for first.', refusedBy: 'provider' },
  403: {
    phrase: 'Forbidden',
    meaning: 'Understood and refused: not allowed, whatever the credentials.',
    refusedBy: 'acl',
    registering: 'final',
  },
  404: {
    phrase: 'Not Found',
    meaning: 'There is no such user or number here.',
    refusedBy: 'number',
    registering: 'none',
  },
  405: {
    phrase: 'Method Not Allowed',
    meaning: 'The method is not allowed for this address.',
    refusedBy: 'provider',
    registering: 'none',
  },
  406: { phrase: 'Not Acceptable', meaning: 'No acceptable response format.', refusedBy: 'provider' },
  407: {
    phrase: 'Proxy Authentication Required',
    meaning: 'A proxy needs credentials; the challenge is in Proxy-Authenticate.',
    refusedBy: 'credentials',
    registering: 'final',
  },
  408: {
    phrase: 'Request Timeout',
    meaning: 'Nobody answered in time.',
    refusedBy: 'callee',
    because: 'nobody answered in the time that the other side allows',
    next: 'Check that the called endpoint is registered and reachable for the other side.',
  },
  410: { phrase: 'Gone', meaning: 'The user was here once and is gone.', refusedBy: 'number' },
  412: {
    phrase: 'Conditional Request Failed',
    meaning: 'The state that the request refers to is not the current one.',
    refusedBy: 'provider',
  },
  413: { phrase: 'Request Entity Too Large', meaning: 'The request is too large.', refusedBy: 'provider' },
  414: { phrase: 'Request-URI Too Long', meaning: 'The request URI is too long.', refusedBy: 'provider' },
  415: {
    phrase: 'Unsupported Media Type',
    meaning: 'The body has a type that is not supported.',
    refusedBy: 'media',
    because: 'the body of the request has a type or an encoding that is not read there',
    next: 'Send a session description (Content-Type: application/sdp), or several parts with one among them, as it is.',
  },
  416: {
    phrase: 'Unsupported URI Scheme',
    meaning: 'The scheme of the URI is not supported.',
    refusedBy: 'number',
    registering: 'final',
  },
  420: {
    phrase: 'Bad Extension',
    meaning: 'A required extension is not supported; see Unsupported.',
    refusedBy: 'provider',
    because: 'an extension of the request is not supported ({unsupported})',
    next: 'Call again without that extension.',
    registering: 'final',
  },
  421: {
    phrase: 'Extension Required',
    meaning: 'An extension is required; see Require.',
    refusedBy: 'provider',
    because: 'an extension is demanded ({require})',
    next: 'The other side must accept calls without it.',
  },
  422: {
    phrase: 'Session Interval Too Small',
    meaning: 'The session timer is too short; see Min-SE.',
    refusedBy: 'provider',
    because: 'the session timer is too short (Min-SE {min-se})',
    next: 'Call with a session timer of at least Min-SE, or without one.',
  },
  423: {
    phrase: 'Interval Too Brief',
    meaning: 'The lifetime asked for is too short; see Min-Expires.',
    refusedBy: 'provider',
  },
  428: {
    phrase: 'Use Identity Header',
    meaning: 'A signature over the caller ID (Identity) is required.',
    refusedBy: 'provider',
  },
  429: {
    phrase: 'Too Many Requests',
    meaning: 'The Referred-By of the transfer is missing, or too many requests came.',
    refusedBy: 'capacity',
  },
  430: { phrase: 'Flow Failed', meaning: 'The connection to the callee’s phone has failed.', refusedBy: 'provider' },
  433: { phrase: 'Anonymity Disallowed', meaning: 'Anonymous calls are not accepted.', refusedBy: 'provider' },
  436: {
    phrase: 'Bad Identity-Info',
    meaning: 'The certificate that Identity points to could not be fetched.',
    refusedBy: 'provider',
  },
  437: {
    phrase: 'Unsupported Certificate',
    meaning: 'The certificate behind Identity is not accepted.',
    refusedBy: 'provider',
  },
  438: {
    phrase: 'Invalid Identity Header',
    meaning: 'The signature over the caller ID (Identity) is wrong.',
    refusedBy: 'provider',
  },
  480: {
    phrase: 'Temporarily Unavailable',
    meaning: 'The callee cannot be reached at the moment.',
    refusedBy: 'callee',
    because: 'the called party is not available: not registered, or do not disturb',
    next: 'Check that the called endpoint is registered; call again later.',
  },
  481: {
    phrase: 'Call/Transaction Does Not Exist',
    meaning: 'There is no such call here: the message reached a server that does not know the dialog.',
    refusedBy: 'provider',
  },
  482: {
    phrase: 'Loop Detected',
    meaning: 'The request went in a circle.',
    refusedBy: 'routing',
    because: 'the call ran in a loop',
    next: 'Check the routing of the other side: a number may be routed back to where it came from.',
  },
  483: {
    phrase: 'Too Many Hops',
    meaning: 'Too many hops.',
    refusedBy: 'routing',
    because: 'the call passed too many proxies',
    next: 'Check the routing of the other side for a loop.',
  },
  484: { phrase: 'Address Incomplete', meaning: 'The number is incomplete.', refusedBy: 'number' },
  485: { phrase: 'Ambiguous', meaning: 'The address is ambiguous.', refusedBy: 'number' },
  486: {
    phrase: 'Busy Here',
    meaning: 'The callee is busy.',
    refusedBy: 'callee',
    because: 'the called party is busy',
    next: 'Call again later, or raise the number of concurrent calls of the called agent.',
  },
  487: {
    phrase: 'Request Terminated',
    meaning: 'The INVITE was cancelled.',
    refusedBy: 'callee',
    because: 'the call was ended there before anyone answered',
    next: 'Find out who ended it: no CANCEL was seen.',
  },
  488: {
    phrase: 'Not Acceptable Here',
    meaning: 'The media that was offered is not acceptable: codec, encryption or address.',
    refusedBy: 'media',
  },
  489: { phrase: 'Bad Event', meaning: 'The event is not known.', refusedBy: 'provider' },
  491: {
    phrase: 'Request Pending',
    meaning: 'Both sides changed the session at once; try again.',
    refusedBy: 'provider',
  },
  493: { phrase: 'Undecipherable', meaning: 'The encrypted body could not be read.', refusedBy: 'provider' },
  494: {
    phrase: 'Security Agreement Required',
    meaning: 'A security mechanism must be agreed first; see Security-Server.',
    refusedBy: 'provider',
  },
  500: { phrase: 'Server Internal Error', meaning: 'The server failed.', refusedBy: 'provider' },
  501: {
    phrase: 'Not Implemented',
    meaning: 'The method is not implemented.',
    refusedBy: 'provider',
    registering: 'none',
  },
  502: {
    phrase: 'Bad Gateway',
    meaning: 'The server behind this one gave a bad answer.',
    refusedBy: 'routing',
    because: 'the next network did not answer the peer',
    next: 'Ask the provider: the fault lies behind it.',
  },
  503: {
    phrase: 'Service Unavailable',
    meaning: 'The service is overloaded or down; another target may work.',
    refusedBy: 'capacity',
  },
  504: {
    phrase: 'Server Time-out',
    meaning: 'The server behind this one did not answer.',
    refusedBy: 'routing',
    because: 'the next network did not answer the peer',
    next: 'Ask the provider: the fault lies behind it.',
  },
  505: {
    phrase: 'Version Not Supported',
    meaning: 'The SIP version is not supported.',
    refusedBy: 'provider',
    because: 'the SIP version was not accepted',
    next: 'Check that nothing on the way rewrites the request.',
    registering: 'final',
  },
  513: { phrase: 'Message Too Large', meaning: 'The message is too large.', refusedBy: 'provider' },
  555: {
    phrase: 'Push Notification Service Not Supported',
    meaning: 'The push service of the phone is not supported.',
    refusedBy: 'provider',
  },
  580: { phrase: 'Precondition Failure', meaning: 'A precondition could not be met.', refusedBy: 'provider' },
  600: {
    phrase: 'Busy Everywhere',
    meaning: 'Busy everywhere.',
    refusedBy: 'callee',
    because: 'the called party is busy everywhere',
    next: 'Call again later.',
  },
  603: {
    phrase: 'Decline',
    meaning: 'The callee declines.',
    refusedBy: 'callee',
    because: 'the called party declined',
    next: 'Ask the called side why it declines; a call filter may be at work.',
  },
  604: { phrase: 'Does Not Exist Anywhere', meaning: 'This user exists nowhere.', refusedBy: 'number' },
  606: { phrase: 'Not Acceptable', meaning: 'The session is acceptable nowhere.', refusedBy: 'media' },
  607: {
    phrase: 'Unwanted',
    meaning: 'The callee does not want this call.',
    refusedBy: 'callee',
    because: 'the called party marked the call as unwanted',
    next: 'Use another caller ID; check its reputation.',
  },
  608: {
    phrase: 'Rejected',
    meaning: 'An intermediary rejected the call.',
    refusedBy: 'callee',
    because: 'an intermediary rejected the call on behalf of the called party',
    next: 'Use another caller ID; the response may name whom to contact.',
  },
}
