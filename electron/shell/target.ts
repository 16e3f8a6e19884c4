/** Where a request goes. */
export interface Target {
  readonly path: string
  readonly token: string | null
}

const longest = 2000

/**
 * A request target as text: path, and the token of its query. Null for all that is no path of ours: absolute form, `*`,
 * `//`, percent escapes, dots that climb, controls. Nothing is decoded, so nothing can be malformed.
 */
export function readTarget(target: string): Target | null {
  if (target.length > longest || !target.startsWith('/') || target.startsWith('//')) return null
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  if (/[^A-Za-z0-9._/-]/.test(path) || path.includes('..')) return null
  const query = question < 0 ? '' : target.slice(question + 1)
  return { path, token: query.startsWith('token=') ? query.slice('token='.length) : null }
}

/** The headers of a request that say where it comes from. */
export interface Origin {
  readonly 'host'?: string | undefined
  readonly 'origin'?: string | undefined
  readonly 'sec-fetch-site'?: string | string[] | undefined
  readonly 'sec-fetch-mode'?: string | string[] | undefined
  readonly 'sec-fetch-dest'?: string | string[] | undefined
}

/**
 * Whether a request is for another host (a rebound name) or made by another site, pages of other ports of this machine
 * included. What a person opens (a link, an address) is theirs; what another page embeds, fetches or posts is not.
 */
export function isForeign(headers: Origin, port: number): boolean {
  const { host, origin } = headers
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return true
  if (origin !== undefined && origin !== `http://${host}`) return true
  const site = headers['sec-fetch-site'] ?? 'none'
  return (
    site !== 'none' &&
    site !== 'same-origin' &&
    !(headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document')
  )
}
