import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright'
import { afterAll, afterEach, expect } from 'vitest'
import { findPeer } from './install-peers.ts'
import { Running, lasting, root } from './process.ts'

export interface Shell extends Running {
  readonly link: string
  readonly port: number
  readonly profile: string
}

export interface ShellOptions {
  readonly port?: number
  readonly profile?: string
  readonly env?: NodeJS.ProcessEnv
  /** A command that the shell is started by, its own after it. */
  readonly under?: readonly string[]
}

/** What `npm start -- --no-open` runs, once the window is built. */
export async function startShell({
  port = 0,
  profile,
  env = {},
  under = [],
}: ShellOptions & { readonly profile: string }): Promise<Shell> {
  const [command, ...args] = [
    ...under,
    process.execPath,
    join(root, 'electron/shell/start.ts'),
    '--no-open',
    '--port',
    String(port),
    '--profile',
    profile,
  ]
  const running = new Running(command!, args, { env })
  const [, link, chosen] = await running.until(/(http:\/\/127\.0\.0\.1:(\d+)\/\?token=\S+)/)
  return Object.assign(running, { link: link!, port: Number(chosen), profile })
}

/** The process that holds the engine: the child of the shell. */
export function enginePid(shell: Running): number {
  return Number(
    execFileSync('ps', ['-o', 'pid=', '--ppid', String(shell.child.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')[0],
  )
}

/** `microphone`: it has one, which beeps once a second. */
export const launchChromium = (microphone = false): Promise<Browser> =>
  chromium.launch({
    executablePath: findPeer('chromium')!,
    args: [
      ...['--no-sandbox', '--disable-background-networking'],
      ...(microphone ? ['--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required'] : []),
    ],
  })

/** The windows and shells of one test file, in one browser; what a test leaves is ended after it. */
export class Windows {
  readonly #shells: Shell[] = []
  readonly #folders: string[] = []
  readonly #microphone: boolean
  #browser: Browser | null = null
  #forgiven: RegExp | null = null
  /** What pages said on their consoles that they should not have. */
  readonly complaints: string[] = []

  constructor({ microphone = false } = {}) {
    this.#microphone = microphone
    afterEach(async () => {
      for (const context of this.#browser?.contexts() ?? []) await context.close()
      for (const shell of this.#shells.splice(0))
        if (shell.child.exitCode === null && shell.child.signalCode === null) await shell.stop('SIGTERM')
      for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true })
      const [complaints, forgiven] = [this.complaints.splice(0), this.#forgiven]
      this.#forgiven = null
      expect(complaints.filter((text) => forgiven?.test(text) !== true)).toEqual([])
    })
    afterAll(() => this.#browser?.close())
  }

  /** What pages may say on their consoles in this test, as where a request is to be refused. */
  forgive(complaint: RegExp): void {
    this.#forgiven = complaint
  }

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-window-'))
    this.#folders.push(folder)
    return folder
  }

  async shell({
    port = 0,
    profile = join(this.folder(), 'profile'),
    env = {},
    under = [],
  }: ShellOptions = {}): Promise<Shell> {
    const shell = await startShell({ port, profile, env, under })
    this.#shells.push(shell)
    return shell
  }

  async context(options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> {
    if (this.#browser?.isConnected() !== true) {
      this.#browser = await launchChromium(this.#microphone)
      lasting.processes++
      this.#browser.on('disconnected', () => lasting.processes--)
    }
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    context.on('weberror', (error) => this.complaints.push(error.error().stack ?? String(error.error())))
    context.on('console', (message) => {
      // A server that is gone is said in the page; the browser says it too.
      if (message.type() === 'error' && !/ERR_CONNECTION_REFUSED|WebSocket connection to/.test(message.text()))
        this.complaints.push(message.text())
    })
    return context
  }

  async open(link: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const page = await (await this.context(options)).newPage()
    await page.goto(link)
    await ready(page)
    return page
  }
}

/** Waits until the window has heard from its engine. */
export async function ready(page: Page): Promise<void> {
  await page.getByText('engine ok').waitFor()
}

/** A test call to the agent of the shell, ended as soon as its verdict stands. */
export async function testCall(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Place a test call' }).last().click()
  await verdict(page).getByText('two-way audio', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Hang up' }).click()
  await page.getByText('ended by us').waitFor()
}

/**
 * Takes away what the shell said at its start. Where another Ringback has the agent's usual port, be it that of a test
 * beside this one, a line about it stands above every screen.
 */
export async function withoutNotices(page: Page): Promise<void> {
  const dismiss = page.getByRole('button', { name: 'Dismiss' })
  while ((await dismiss.count()) > 0) await dismiss.first().click()
}

/** Where the agent of the shell listens, as the foot of the window says. */
export async function agentPort(page: Page): Promise<number> {
  const agent = page.getByRole('contentinfo').getByRole('button', { name: /^agent udp/ })
  return Number(/\d+/.exec((await agent.textContent())!)![0])
}

/** The agent of the window rings until a person answers; the port that it has then. */
export async function byHand(page: Page): Promise<number> {
  await screenButton(page, 'Agent').click()
  await page.getByRole('spinbutton', { name: 'Port of listener 1' }).fill('0')
  await page.getByLabel('Inbound calls').first().selectOption({ label: 'Ring until I answer' })
  await page.getByRole('button', { name: 'Apply and start again' }).click()
  await page.getByText('rings until you answer').waitFor()
  return agentPort(page)
}

/** Stores a trunk that asks for no password; the screen that was shown is shown again. */
export async function addTrunk(page: Page, name: string, address: string): Promise<void> {
  await screenButton(page, 'Trunks').click()
  const form = page.getByRole('form', { name: 'Trunk settings' })
  await form.getByLabel('Name', { exact: true }).fill(name)
  await form.getByLabel('Address').fill(address)
  await form.getByLabel('Authentication').selectOption('ip')
  await form.getByRole('button', { name: 'Add trunk' }).click()
  await page.getByRole('heading', { name, exact: true }).waitFor()
  await screenButton(page, 'Calls').click()
}

export const verdict = (page: Page): Locator => page.getByRole('region', { name: 'Verdict' })
export const screenButton = (page: Page, name: string): Locator =>
  page.getByRole('navigation').getByRole('button', { name })
