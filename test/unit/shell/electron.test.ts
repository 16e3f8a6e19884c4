import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { pageAt, pageHeaders, readPages } from '../../../electron/shell/pages.ts'
import { contentSecurityPolicy, webPreferences } from '../../../electron/shell/policy.ts'
import { root } from '../../harness/process.ts'

const source = (file: string) => readFileSync(join(root, file), 'utf8')
const main = source('electron/main.ts')
const preload = source('electron/preload.ts')
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe("Electron's checklist", () => {
  it('opens windows isolated, in the sandbox, without Node and without anything experimental', () => {
    expect(webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
    })
    expect(main.match(/new BrowserWindow\(/g)?.length).toBe(1)
    expect(main).toMatch(
      /webPreferences: \{ \.\.\.webPreferences, preload: join\(import\.meta\.dirname, 'preload\.cjs'\) \}/,
    )
    expect(main).toMatch(/app\.enableSandbox\(\)/)
    expect(main).not.toMatch(/enableBlinkFeatures|disable-web-security|commandLine/)
  })

  it('loads one address of its own, and nothing by file: or from a network', () => {
    expect(main.match(/loadURL\(.*\)|loadFile\(.*\)/g)).toEqual(['loadURL(`${appOrigin}/`)'])
    expect(main).not.toMatch(/file:\/\/|https?:|net\.fetch/)
    expect(contentSecurityPolicy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:/)
    expect(pageHeaders['Content-Security-Policy']).toBe(contentSecurityPolicy)
  })

  it('serves the files of the renderer as they were at the start, by their exact paths', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-pages-'))
    folders.push(folder)
    const renderer = join(folder, 'renderer')
    mkdirSync(join(renderer, 'assets'), { recursive: true })
    mkdirSync(join(folder, 'renderer-secret'))
    writeFileSync(join(renderer, 'index.html'), 'index')
    writeFileSync(join(renderer, 'assets', 'a.js'), 'a')
    writeFileSync(join(folder, 'renderer-secret', 'x'), 'secret')
    const pages = readPages(renderer)
    writeFileSync(join(renderer, 'later.html'), 'later')
    expect([...pages.keys()].sort()).toEqual(['/assets/a.js', '/index.html'])
    expect([pageAt(pages, '/')?.bytes.toString(), pageAt(pages, '/assets/a.js')?.type]).toEqual([
      'index',
      'text/javascript; charset=utf-8',
    ])
    for (const path of [
      '',
      '/later.html',
      '-secret/x',
      '/../renderer-secret/x',
      '/%2e%2e/renderer-secret/x',
      '//index.html',
      '/assets',
      '/assets/',
      '/assets/../index.html',
      '/__proto__',
      '/index.html\u0000',
      '/%',
    ])
      expect(pageAt(pages, path), path).toBeUndefined()
    expect(() => readPages(join(folder, 'none'))).toThrow(/the window is not built/)
  })

  it('keeps pages where they are: no navigation, no new window, no web view, nothing opened outside', () => {
    expect(main).toMatch(/will-frame-navigate[\s\S]{0,80}mayNavigate\(event\.url\)\) event\.preventDefault\(\)/)
    expect(main).toMatch(/setWindowOpenHandler\(\(\) => \(\{ action: 'deny' \}\)\)/)
    expect(main).toMatch(/'will-attach-webview', \(event\) => event\.preventDefault\(\)/)
    expect(main).not.toMatch(/openExternal|openPath|\bshell\b[^/]/)
  })

  it('asks who sends each message, and gives pages nothing else of Electron', () => {
    expect(main.match(/ipcMain\.\w+\('\w+'/g)).toEqual(["ipcMain.on('copy'"])
    expect(main).toMatch(
      /ipcMain\.on\('copy', \(\{ senderFrame \}, text: unknown\) => \{\n +if \(mayCopy\(senderFrame, text\)\)/,
    )
    expect(preload.match(/exposeInMainWorld\(.*\)/g)).toEqual([
      "exposeInMainWorld('ringback', { copy: (text: string) => ipcRenderer.send('copy', text) })",
    ])
    expect(preload.match(/postMessage\(.*\)/g)!.every((call) => call.includes('location.origin'))).toBe(true)
    expect(main).toMatch(/setPermissionRequestHandler[\s\S]{0,190}grants\(details\.requestingUrl/)
    expect(main).toMatch(/setPermissionCheckHandler[\s\S]{0,90}grants\(origin/)
    expect(main).toMatch(/setDevicePermissionHandler\(\(\) => false\)/)
  })

  it('takes sip:, sips: and tel: links when a person asks for it in the menu, and at no other time', () => {
    expect(main.match(/setAsDefaultProtocolClient/g)?.length).toBe(1)
    expect(main).toMatch(/click: \(\{ checked \}[\s\S]{0,120}if \(checked\) app\.setAsDefaultProtocolClient/)
    expect(main).toMatch(/checked: linkSchemes\.every\(\(scheme\) => app\.isDefaultProtocolClient\(scheme\)\)/)
    expect(main.match(/(?<!function )dial\([^)]*/g)).toEqual(['dial(linkIn(args', 'dial(linkIn([url]', 'dial(link'])
  })

  it('has the microphone on macOS, with the entitlement and the reason that it takes, and asks the system', () => {
    const { mac } = JSON.parse(source('build/electron-builder.json')) as {
      mac: { entitlements: string; entitlementsInherit: string; extendInfo: Record<string, string> }
    }
    for (const file of [mac.entitlements, mac.entitlementsInherit])
      expect(source(file)).toMatch(/<key>com\.apple\.security\.device\.audio-input<\/key>\s*<true\/>/)
    expect(mac.extendInfo['NSMicrophoneUsageDescription']).toMatch(/microphone/)
    // Only what is granted is asked for, and what the system says is the answer.
    expect(main).toMatch(
      /if \(granted && permission === 'media' && [^\n]*'darwin'\)\s+void systemPreferences\.askForMediaAccess\(/,
    )
    expect(main.match(/askForMediaAccess/g)).toHaveLength(1)
  })

  it('has its fuses closed', () => {
    const { electronFuses } = JSON.parse(source('build/electron-builder.json')) as {
      electronFuses: Record<string, boolean>
    }
    expect(electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })
})
