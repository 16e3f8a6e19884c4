import type { Parsed } from '../../../shared/contract/commands.ts'
import type { Change } from '../../../shared/contract/state.ts'
import type { WebhookView } from '../../../shared/contract/webhook.ts'
import { definitionOf, openHook } from '../agent/opened-persona.ts'
import { WebhookServer, type WebhookServerDeps } from '../agent/webhook-server.ts'
import { usage, withWords } from '../base/errors.ts'
import type { HttpServe, HttpServing } from '../base/http-serve.ts'
import type { Random } from '../base/random.ts'
import type { Feed, Watcher } from '../feed.ts'

interface WebhooksDeps extends WebhookServerDeps {
  readonly random: Random
  readonly feed: Feed
  readonly serveHttp: HttpServe
}

interface Running extends Pick<WebhookView, 'id' | 'url' | 'persona'> {
  readonly server: WebhookServer
  readonly serving: HttpServing
}

/** More than a platform sends. */
const mostBytes = 1024 * 1024
const mostConnections = 1000

/** The webhooks of this engine, so that a persona can be tried with nothing else running. */
export class Webhooks {
  readonly #deps: WebhooksDeps
  readonly #running = new Map<string, Running>()

  constructor(deps: WebhooksDeps) {
    this.#deps = deps
  }

  /** Throws RingbackError: usage for a configuration that asks no webhook, machine for a port that cannot be had. */
  async start({ port, persona, ...settings }: Parsed<'webhook.start'>): Promise<Pick<WebhookView, 'id' | 'url'>> {
    const hook = persona ? openHook(persona) : null
    const wanted = portOf(hook?.url ?? null)
    const id = this.#deps.random.token(10)
    const server = new WebhookServer(this.#deps, hook, settings, () => this.#changed(id))
    const serving = await this.#deps
      .serveHttp({
        port: port ?? wanted?.port ?? 0,
        mostBytes,
        mostConnections,
        handle: (request) => server.handle(request),
      })
      .catch((error: unknown) => {
        throw withWords(error, `the webhook cannot listen at port ${port ?? wanted?.port ?? 0} of 127.0.0.1`)
      })
    const url = `http://127.0.0.1:${serving.port}${wanted?.path ?? '/'}`
    this.#running.set(id, { id, url, persona: persona ? definitionOf(persona).name : null, server, serving })
    this.#changed(id)
    return { id, url }
  }

  /** Throws RingbackError (usage). */
  set({ id, ...changed }: Parsed<'webhook.set'>): Record<string, never> {
    this.#of(id).server.set(changed)
    return {}
  }

  /** Throws RingbackError (usage). */
  stop(id: string): Record<string, never> {
    this.#of(id).serving.close()
    this.#running.delete(id)
    this.#changed(id)
    return {}
  }

  close(): void {
    for (const { serving } of this.#running.values()) serving.close()
  }

  keys(): string[] {
    return [...this.#running.keys()]
  }

  change(id: string, { requests: shown }: Pick<Watcher, 'requests'>): Change {
    const running = this.#running.get(id)
    const before = shown.get(id) ?? []
    if (!running) {
      shown.delete(id)
      return { kind: 'gone', of: 'webhook', id }
    }
    const { url, persona, server } = running
    const { requests, ...view } = server.view
    shown.set(id, requests)
    const fresh = requests.filter((request) => !before.includes(request))
    return { kind: 'webhook', webhook: { id, url, persona, ...view, requests: fresh } }
  }

  #of(id: string): Running {
    const running = this.#running.get(id)
    if (!running) throw usage(`there is no webhook "${id}"`)
    return running
  }

  #changed(id: string): void {
    this.#deps.feed.change({ kind: 'webhook', id })
  }
}

/** Where a configuration has it: in clear on this computer, else it is served elsewhere. */
function portOf(url: string | null): { readonly port: number; readonly path: string } | null {
  if (url === null || !url.startsWith('http:')) return null
  const { port, pathname, search } = new URL(url)
  return { port: port === '' ? 80 : Number(port), path: `${pathname}${search}` }
}
