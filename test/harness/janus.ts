import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPeer } from './install-peers.ts'
import { Running, freePort } from './process.ts'

type Json = Readonly<Record<string, unknown>>
export interface Jsep {
  readonly type: 'offer' | 'answer'
  readonly sdp: string
}

export interface Janus extends Running {
  /** Where its HTTP interface is. */
  readonly url: string
  remove(): void
}

const library = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/janus`)

/** Janus on loopback, with its SIP plugin only. */
export async function startJanus(): Promise<Janus> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-janus-'))
  const port = await freePort()
  const rtp = await freePort(40)
  const home = library.find((path) => existsSync(path))!
  const except = (kind: string, one: string) =>
    readdirSync(join(home, kind))
      .filter((name) => name.endsWith('.so') && !name.includes(one))
      .join(',')
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write(
    'janus.jcfg',
    `general: {
  configs_folder = "${folder}"
  plugins_folder = "${home}/plugins"
  transports_folder = "${home}/transports"
  debug_level = 4
  debug_colors = false
}
plugins: { disable = "${except('plugins', '_sip.')}" }
transports: { disable = "${except('transports', '_http.')}" }
events: { broadcast = false }
`,
  )
  write(
    'janus.transport.http.jcfg',
    'general: { json = "compact", base_path = "/janus", http = true, https = false, ' +
      `port = ${port}, ip = "127.0.0.1" }\n`,
  )
  write(
    'janus.plugin.sip.jcfg',
    `general: { local_ip = "127.0.0.1", rtp_port_range = "${rtp}-${rtp + 39}", behind_nat = false }\n`,
  )
  const janus = new Running(findPeer('janus')!, ['-F', folder, '-C', join(folder, 'janus.jcfg')], { cwd: folder })
  await janus.until(/HTTP webserver started/)
  return Object.assign(janus, {
    url: `http://127.0.0.1:${port}/janus`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  })
}

/** A guest of the SIP plugin: what a page's script does over HTTP. */
export class JanusGuest {
  readonly #session: string
  #handle = ''
  #n = 0

  private constructor(session: string) {
    this.#session = session
  }

  static async open(url: string): Promise<JanusGuest> {
    const guest = new JanusGuest(`${url}/${await created(url, { janus: 'create' })}`)
    const handle = await created(guest.#session, { janus: 'attach', plugin: 'janus.plugin.sip' })
    guest.#handle = `${guest.#session}/${handle}`
    await guest.ask({ request: 'register', type: 'guest', username: 'sip:guest@127.0.0.1' })
    await guest.heard('registered')
    return guest
  }

  /** A request to the plugin. */
  async ask(body: Json, jsep?: Jsep): Promise<void> {
    await post(this.#handle, { janus: 'message', transaction: `t${++this.#n}`, body, ...(jsep && { jsep }) })
  }

  /** The next event of that name, with the session description that comes with it; throws for an error. */
  async heard(name: string): Promise<Jsep | undefined> {
    for (;;) {
      const response = await fetch(`${this.#session}?maxev=1`)
      const event = (await response.json()) as {
        plugindata?: { data: { error?: string; result?: { event: string } } }
        jsep?: Jsep
      }
      const data = event.plugindata?.data
      if (data?.error !== undefined) throw new Error(data.error)
      if (data?.result?.event === name) return event.jsep
      if (data?.result?.event === 'hangup') throw new Error(`hung up before ${name}: ${JSON.stringify(data.result)}`)
    }
  }
}

async function post(url: string, body: Json): Promise<Json> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ transaction: 'one', ...body }) })
  return (await response.json()) as Json
}

async function created(url: string, body: Json): Promise<number> {
  return ((await post(url, body)) as { data: { id: number } }).data.id
}
