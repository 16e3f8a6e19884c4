import { readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { machine } from '../engine/base/errors.ts'
import { contentSecurityPolicy } from './policy.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** What goes with every answer to a page, in Electron and in a browser. */
export const pageHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
}

export interface PageFile {
  readonly bytes: Buffer<ArrayBuffer>
  readonly type: string
}

/** The files of the built renderer by their paths (`/index.html`): all that a page can ever be given. */
export type Pages = ReadonlyMap<string, PageFile>

/** Throws RingbackError (machine) when the renderer is not built. */
export function readPages(folder: string): Pages {
  try {
    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    return new Map(
      names.map((name) => [
        name.slice(folder.length).replaceAll('\\', '/'),
        { bytes: readFileSync(name), type: types[extname(name)] ?? 'application/octet-stream' },
      ]),
    )
  } catch (error) {
    throw machine(`the window is not built (${folder}): run npm start in a clone`, error)
  }
}

/** The file at a path, taken as text; undefined for every other path. */
export function pageAt(pages: Pages, path: string): PageFile | undefined {
  return pages.get(path === '/' ? '/index.html' : path)
}
