/** Words that make any name with them a secret's: `X-Auth-Token`, `clientSecret`, `db_password`. */
const telling: readonly string[] = [
  'password',
  'passwd',
  'passwort',
  'pwd',
  'passphrase',
  'passcode',
  'secret',
  'token',
  'apikey',
  'credential',
  'authorization',
  'cookie',
  'jwt',
]
/** Words that make a name a secret's when they are its last: `X-Api-Key`, `sig`. */
const ending: ReadonlySet<string> = new Set([
  'key',
  'auth',
  'signature',
  'sig',
  'hmac',
  'pass',
  'pw',
  'pin',
  'otp',
  'bearer',
  'authkey',
  'accesskey',
  'privatekey',
  'secretkey',
  'sharedkey',
  'masterkey',
  'sessionkey',
])
/** Words behind those that say nothing: `X-Api-Key-Value`, `X-Pin-Code`. */
const filling: ReadonlySet<string> = new Set(['value', 'code', 'data', 'header', 'string', 'text'])
/** What is told of a secret and is none: `token_type`, `password-env`. */
const about: ReadonlySet<string> = new Set([
  'type',
  'expires',
  'expiry',
  'expiration',
  'lifetime',
  'length',
  'count',
  'algorithm',
  'alg',
  'scheme',
  'method',
  'env',
  'user',
  'username',
  'name',
  'realm',
  'required',
  'policy',
])
/** Parameters of digest authentication that let a password be guessed (RFC 7616 3.4, 3.5). */
const digestParams: ReadonlySet<string> = new Set(['response', 'rspauth', 'cnonce'])
/** A signed caller identity can be replayed (RFC 8224); y is its compact form. */
const signedIdentity: ReadonlySet<string> = new Set(['identity', 'y'])

/** Most names, and most texts, have nothing of these in them, and need no closer look. */
const hint =
  /key|auth|sig|hmac|crypto|pass|pw|pin|otp|bearer|secret|token|cred|cookie|jwt|response|cnonce|identity|inline|^y$/i
const hintInText = /basic|eyj|k=|\by[ \t]*:/i

/** Whether secrets may stand in a text, those in user parts of URIs aside. */
export const mayHoldSecrets = (text: string): boolean => hint.test(text) || hintInText.test(text)

/** Whether a name may be that of a secret, or of a key of media. */
export const mayBeSecret = (name: string): boolean => hint.test(name)

/** Words for what a person types: in a sentence it stands behind them. */
const typed = /(?:^|[-_])(?:password|passwd|passwort|passphrase|passcode|pwd|pin)$/i

/** Whether a name is that of a password: what follows it without a mark may be one. */
export const isPasswordName = (name: string): boolean => name.length <= longestName && typed.test(name)

const longestName = 64
/** Names that were judged before: messages repeat the same few. */
const known = new Map<string, boolean>()
const mostKnown = 500

export const isDigestSecret = (name: string): boolean => digestParams.has(name.toLowerCase())

/** Whether the value of a header of this name is a secret. */
export const isSecretHeader = (name: string): boolean => signedIdentity.has(name.toLowerCase()) || isSecretName(name)

/** Whether a name says that what it names is a secret: that of a parameter, a member, a query or a header. */
export function isSecretName(name: string): boolean {
  const before = known.get(name)
  if (before !== undefined) return before
  const secret = tells(name)
  if (known.size < mostKnown && name.length <= longestName) known.set(name, secret)
  return secret
}

function tells(name: string): boolean {
  const words = wordsOf(name.slice(-longestName))
  while (words.length > 1 && filling.has(words.at(-1)!)) words.pop()
  const last = words.at(-1)
  if (last === undefined || about.has(last)) return false
  return ending.has(last) || words.some((word) => telling.some((end) => word.endsWith(end)))
}

/** `X-Api-Key2` and `xApiKeys` are both x, api, key. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')
    .split(/[^A-Za-z0-9]/)
    .map((word) => singular(word.toLowerCase().replace(/^[0-9]+/, '')))
    .filter(Boolean)
}

function singular(word: string): string {
  let end = word.length
  while (end > 0 && word.charCodeAt(end - 1) <= 0x39) end--
  const bare = word.slice(0, end)
  return bare.endsWith('s') && bare.length > 3 && !bare.endsWith('ss') ? bare.slice(0, -1) : bare
}
