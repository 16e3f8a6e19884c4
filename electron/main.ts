import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  BrowserWindow,
  Menu,
  MessageChannelMain,
  app,
  clipboard,
  dialog,
  ipcMain,
  protocol,
  screen,
  session,
  systemPreferences,
  utilityProcess,
  type UtilityProcess,
} from 'electron'
import { profileFolder } from './engine/base/environment.ts'
import { spanLastNet } from './shell/last-net.ts'
import { pageAt, pageHeaders, readPages } from './shell/pages.ts'
import {
  appOrigin,
  appPath,
  grants,
  least,
  linkIn,
  linkSchemes,
  mayCopy,
  mayNavigate,
  restartDelayMs,
  webPreferences,
  windowState,
} from './shell/policy.ts'

// The Electron window: it shows the renderer and begins the engine; everything else is theirs.

const pages = readPages(join(import.meta.dirname, '../renderer'))
const endPatienceMs = 6000

let window: BrowserWindow | null = null
let engine: UtilityProcess | null = null
let ending = false
const deathsMs: number[] = []
let link = linkIn(process.argv)

spanLastNet(end)
app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])
if (!app.requestSingleInstanceLock()) app.quit()
else {
  app.on('second-instance', (_event, args) => dial(linkIn(args)))
  app.on('open-url', (event, url) => {
    event.preventDefault()
    dial(linkIn([url]))
  })
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    if (ending || !engine) return
    event.preventDefault()
    void end().then(() => app.quit())
  })
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-frame-navigate', (event) => {
      if (!mayNavigate(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  ipcMain.on('copy', ({ senderFrame }, text: unknown) => {
    if (mayCopy(senderFrame, text)) clipboard.writeText(text)
  })
  void app.whenReady().then(start)
}

function start(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, done, details) => {
    const types = 'mediaTypes' in details ? (details.mediaTypes ?? []) : []
    const granted = grants(details.requestingUrl, permission, types)
    // Who refuses it to macOS would be heard as silence.
    if (granted && permission === 'media' && process.platform === 'darwin')
      void systemPreferences.askForMediaAccess('microphone').then(done, () => done(false))
    else done(granted)
  })
  session.defaultSession.setPermissionCheckHandler((_contents, permission, origin, details) =>
    grants(origin, permission, details.mediaType ? [details.mediaType] : []),
  )
  session.defaultSession.setDevicePermissionHandler(() => false)
  protocol.handle('app', serve)
  Menu.setApplicationMenu(menu())
  beginEngine([])
  openWindow()
  app.on('activate', () => window === null && openWindow())
}

/** The files of the renderer as they were at the start, and nothing else. */
function serve({ method, url }: Request): Response {
  const page = method === 'GET' ? pageAt(pages, appPath(url) ?? '') : undefined
  return page
    ? new Response(page.bytes, { headers: { ...pageHeaders, 'Content-Type': page.type } })
    : new Response('', { status: 404, headers: pageHeaders })
}

function openWindow(): void {
  const stateFile = join(app.getPath('userData'), 'window.json')
  const { maximized, ...bounds } = windowState(
    read(stateFile),
    screen.getAllDisplays().map(({ workArea }) => workArea),
  )
  const opened = new BrowserWindow({
    ...bounds,
    minWidth: least.width,
    minHeight: least.height,
    title: 'Ringback',
    show: false,
    webPreferences: { ...webPreferences, preload: join(import.meta.dirname, 'preload.cjs') },
  })
  window = opened
  if (maximized) opened.maximize()
  opened.once('ready-to-show', () => opened.show())
  opened.webContents.on('did-finish-load', () => {
    connect()
    dial(link)
    link = null
  })
  // The page objects while calls are under way.
  opened.webContents.on('will-prevent-unload', (event) => {
    const answer = dialog.showMessageBoxSync(opened, {
      type: 'question',
      buttons: ['Keep the window', 'End the calls'],
      defaultId: 0,
      cancelId: 0,
      message: 'Calls are under way.',
      detail: 'Closing the window ends them with BYE.',
    })
    if (answer === 1) event.preventDefault()
  })
  opened.on('close', () =>
    write(stateFile, JSON.stringify({ ...opened.getNormalBounds(), maximized: opened.isMaximized() })),
  )
  opened.on('closed', () => (window = null))
  void opened.loadURL(`${appOrigin}/`)
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch {
    // Then the window opens in its usual place.
  }
}

/** The engine in a process of its own; restarted when it dies, with a word about it. */
function beginEngine(notices: readonly string[]): void {
  const chosen = process.argv.find((arg) => arg.startsWith('--profile='))?.slice('--profile='.length)
  const child = utilityProcess.fork(
    join(import.meta.dirname, 'engine.mjs'),
    [
      JSON.stringify({
        profile: profileFolder(chosen),
        version: app.getVersion(),
        notices,
        debug: process.env['DEBUG'] ?? '',
      }),
    ],
    { serviceName: 'Ringback engine' },
  )
  engine = child
  child.once('exit', (code) => {
    engine = null
    if (ending) return
    window?.webContents.send('lost')
    deathsMs.push(performance.now())
    setTimeout(() => {
      if (ending) return
      beginEngine([
        `The engine ended with code ${code} and was started again. Calls that were under way then are lost; the ` +
          'history is as it was.',
      ])
      connect()
    }, restartDelayMs(deathsMs))
  })
}

/** Gives the window a port of its own to the engine. */
function connect(): void {
  if (!window || !engine) return
  const { port1, port2 } = new MessageChannelMain()
  engine.postMessage('window', [port1])
  window.webContents.postMessage('port', null, [port2])
}

function dial(uri: string | null): void {
  if (!window) return
  if (window.isMinimized()) window.restore()
  window.focus()
  if (uri !== null) window.webContents.send('dial', uri)
}

function end(): Promise<void> {
  ending = true
  if (!engine) return Promise.resolve()
  return new Promise((resolve) => {
    const patience = setTimeout(resolve, endPatienceMs)
    engine?.once('exit', () => {
      clearTimeout(patience)
      resolve()
    })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window's
    engine?.postMessage('end')
  })
}

function menu(): Menu {
  const say = (action: string) => () => window?.webContents.send('action', action)
  const go = (label: string, action: string, accelerator: string) => ({
    label,
    accelerator,
    registerAccelerator: false,
    click: say(action),
  })
  const links = {
    label: 'Open sip: and tel: links with Ringback',
    type: 'checkbox' as const,
    checked: linkSchemes.every((scheme) => app.isDefaultProtocolClient(scheme)),
    click: ({ checked }: { checked: boolean }) => {
      for (const scheme of linkSchemes)
        if (checked) app.setAsDefaultProtocolClient(scheme)
        else app.removeAsDefaultProtocolClient(scheme)
    },
  }
  return Menu.buildFromTemplate([
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: 'Call',
      submenu: [
        go('Dial …', 'dial', 'CmdOrCtrl+L'),
        go('Hang up', 'hang-up', 'CmdOrCtrl+E'),
        { type: 'separator' },
        links,
        { type: 'separator' },
        { role: process.platform === 'darwin' ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'Go',
      submenu: [
        go('Calls', 'calls', 'CmdOrCtrl+1'),
        go('Trunks', 'trunks', 'CmdOrCtrl+2'),
        go('Agent', 'agent', 'CmdOrCtrl+3'),
        go('Files', 'files', 'CmdOrCtrl+4'),
        go('Settings', 'settings', 'CmdOrCtrl+5'),
      ],
    },
    { role: 'viewMenu' },
    { role: 'windowMenu' },
  ])
}
