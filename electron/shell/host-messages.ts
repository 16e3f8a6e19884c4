/**
 * From start.ts to the host: a link is wanted, all windows are to be signed out, this is the window that was opened and
 * its folder.
 */
export type ToHost =
  | { readonly type: 'link'; readonly lifeMs: number }
  | { readonly type: 'revoke' }
  | { readonly type: 'window'; readonly pid: number; readonly folder: string }

/** From the host: it listens, a link, a window has come, it cannot begin. */
export type FromHost =
  | { readonly type: 'ready'; readonly port: number; readonly notices: readonly string[] }
  | { readonly type: 'link'; readonly link: string }
  | { readonly type: 'window' }
  | { readonly type: 'failed'; readonly text: string }
