import { createHash } from 'node:crypto'
import { contentSecurityPolicy } from './policy.ts'

const style =
  ':root{color-scheme:light dark}body{margin:0;padding:40px;max-width:60ch;font:14px/1.5 system-ui,sans-serif;' +
  'color:light-dark(#1a1d21,#e4e7eb);background:light-dark(#fff,#16181c)}h1{font-size:15px}'

/** The policy of a page that says one thing: the usual one, and this one style by its hash. */
export const saidPolicy = contentSecurityPolicy.replace(
  "style-src 'self'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
)

/** A page that says one thing, for who may have no other; both texts are ours, without markup. */
export function saidPage(title: string, sentence: string): string {
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>${title} – Ringback</title><style>${style}</style><main><h1>${title}</h1><p>${sentence}</p></main></html>\n`
  )
}
