/**
 * The policy of every page, in Electron and in a browser: nothing from elsewhere, no inline script or style, no frame
 * around it.
 */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The one origin of the Electron window. */
export const appOrigin = 'app://ringback'

/** What every window of Electron is opened with, whatever its defaults are. */
export const webPreferences = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const

/** The path of a URL of ours, as text and without its query; null for a URL of another origin. */
export function appPath(url: string): string | null {
  if (!url.startsWith(`${appOrigin}/`)) return null
  const rest = url.slice(appOrigin.length)
  const end = rest.search(/[?#]/)
  return end < 0 ? rest : rest.slice(0, end)
}

/** Whether a page may go to a URL: to itself, again. */
export const mayNavigate = (url: string): boolean => appPath(url) === '/'

/**
 * Whether a page of that origin may have what it asks for: the microphone, the choice of a speaker, and to tell of an
 * inbound call beside the window. `mediaTypes`: what a request for `media` names.
 */
export function grants(origin: string, permission: string, mediaTypes: readonly string[]): boolean {
  if (origin !== appOrigin && appPath(origin) === null) return false
  return (
    permission === 'speaker-selection' ||
    permission === 'notifications' ||
    (permission === 'media' && mediaTypes.length > 0 && mediaTypes.every((type) => type === 'audio'))
  )
}

const longestCopy = 1024 * 1024

/** Whether what a frame hands over goes to the clipboard: text, of our page itself. */
export function mayCopy(
  frame: { readonly url: string; readonly parent: unknown } | null,
  text: unknown,
): text is string {
  return (
    frame !== null &&
    frame.parent === null &&
    mayNavigate(frame.url) &&
    typeof text === 'string' &&
    text.length <= longestCopy
  )
}

const longestLink = 2000
/** What the system may hand over to be dialled, when a person has asked for that. */
export const linkSchemes = ['sip', 'sips', 'tel'] as const

/** The link that another program asked to be dialled, among the arguments of a start; null when there is none. */
export function linkIn(args: readonly string[]): string | null {
  return args.find((arg) => arg.length <= longestLink && /^(?:sips?|tel):[!-~]+$/i.test(arg)) ?? null
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
export function windowState(
  text: string | null,
  screens: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[],
): WindowState {
  let known: Partial<WindowState>
  try {
    known = JSON.parse(text ?? '{}') as Partial<WindowState>
  } catch {
    return usual
  }
  const number = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
  if (!number(known?.width) || !number(known.height)) return usual
  const size = {
    width: Math.max(least.width, known.width!),
    height: Math.max(least.height, known.height!),
    maximized: known.maximized === true,
  }
  const visible =
    number(known.x) &&
    number(known.y) &&
    screens.some(
      ({ x, y, width, height }) =>
        known.x! + 100 > x && known.x! < x + width - 100 && known.y! >= y && known.y! < y + height - 100,
    )
  return visible ? { ...size, x: known.x!, y: known.y! } : size
}

const quickRestarts = 5
const withinMs = 60_000
const laterMs = 10_000

/**
 * How long to wait before an engine that died is restarted, by when it and those before it died: not at all, and later
 * when that happens again and again. Nobody outside can end it for good.
 */
export function restartDelayMs(deathsMs: readonly number[]): number {
  const last = deathsMs.at(-1) ?? 0
  return deathsMs.filter((at) => last - at < withinMs).length > quickRestarts ? laterMs : 0
}
