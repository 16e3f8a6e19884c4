/** The policy of every page, in Electron and in a browser: nothing from elsewhere, no inline script or style, no frame around it. */
export const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png',
}

/** Whether a page may have what it asks for: the microphone, and the choice of a speaker. `mediaTypes`: what a request for `media` names. */
export function grants(permission: string, mediaTypes: readonly string[]): boolean {
  return permission === 'speaker-selection' || (permission === 'media' && mediaTypes.length > 0 && mediaTypes.every((type) => type === 'audio'))
}

/** The link that another program asked to be dialled, among the arguments of a start; null when there is none. */
export function linkIn(args: readonly string[]): string | null {
  return args.find((arg) => /^(sips?|tel):[^\s]/i.test(arg)) ?? null
}

export interface WindowState {
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly maximized: boolean
}

const usual: WindowState = { width: 1280, height: 800, maximized: false }
export const least = { width: 900, height: 600 }

/** A remembered window as it may be opened again: large enough, and on a screen that is still there. */
export function windowState(text: string | null, screens: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[]): WindowState {
  let known: Partial<WindowState>
  try {
    known = JSON.parse(text ?? '{}') as Partial<WindowState>
  } catch {
    return usual
  }
  const number = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
  if (!number(known?.width) || !number(known.height)) return usual
  const size = { width: Math.max(least.width, known.width!), height: Math.max(least.height, known.height!), maximized: known.maximized === true }
  const visible = number(known.x) && number(known.y) && screens.some(({ x, y, width, height }) => known.x! + 100 > x && known.x! < x + width - 100 && known.y! >= y && known.y! < y + height - 100)
  return visible ? { ...size, x: known.x!, y: known.y! } : size
}
