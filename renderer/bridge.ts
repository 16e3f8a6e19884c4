import type { ErrorKind, FromShell, Hello, ToEngine, ToShell, ToWindow } from '../shared/contract/channel.ts'
import type { CommandArgs, CommandName, CommandResult } from '../shared/contract/commands.ts'
import type { Delta } from '../shared/contract/state.ts'
import type { Remedy } from '../shared/model/remedies.ts'
import { withPlace } from './ui/remedies.ts'

/** What came of a command that could not be carried out; `message` is a sentence for a person. */
export class CommandFault extends Error {
  readonly kind: ErrorKind | 'disconnected'

  /** `remedy`: the setting that would mend it; the message says where in the window it is. */
  constructor(kind: CommandFault['kind'], message: string, remedy?: Remedy) {
    super(withPlace(message, remedy))
    this.kind = kind
  }
}

export interface BridgeEvents {
  /** The engine is there; its whole state follows. */
  hello(hello: Hello): void
  delta(delta: Delta): void
  /** A SIP message to the phone of this window. */
  voice(message: string): void
  /** `locked`: this window is not let in any more. */
  lost(locked: boolean): void
}

/** One connection to the engine: texts over a WebSocket, or structured clones through a MessagePort. */
interface Channel {
  send(message: ToEngine): void
  /** Ends it; another is opened. */
  close(): void
}

interface ChannelEvents {
  open(channel: Channel): void
  message(message: ToWindow): void
  /** `locked`: it was not let in. */
  close(locked: boolean): void
}

const firstRetryMs = 250
const longestRetryMs = 2000

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (fault: CommandFault) => void
}

/** The window's end of the contract. Connects again by itself; what was asked for meanwhile is refused, not kept. */
export class Bridge {
  readonly #events: BridgeEvents
  readonly #waiting = new Map<number, Waiting>()
  #channel: Channel | null = null
  #lastId = 0
  #expected = 0
  #watched: readonly string[] = []
  #retryMs = firstRetryMs

  constructor(events: BridgeEvents) {
    this.#events = events
    const channelEvents: ChannelEvents = {
      open: (channel) => this.#open(channel),
      message: (message) => this.#message(message),
      close: (locked) => this.#close(locked),
    }
    if ('ringback' in globalThis) openPorts(channelEvents)
    else this.#connect(channelEvents)
  }

  /** Rejects with a CommandFault. */
  execute<Name extends CommandName>(name: Name, args: CommandArgs<Name>): Promise<CommandResult<Name>> {
    return new Promise((resolve, reject) => {
      if (!this.#channel)
        return reject(new CommandFault('disconnected', 'the engine is not connected: this was not done'))
      const id = ++this.#lastId
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
      this.#channel.send({ type: 'command', id, name, args })
    })
  }

  /** The calls whose whole reports are wanted from now on. */
  watch(ids: readonly string[]): void {
    this.#watched = ids
    this.#channel?.send({ type: 'watch', ids })
  }

  /** A SIP message of the phone of this window; nothing while the engine is away. */
  voice(message: string): void {
    this.#channel?.send({ type: 'voice', message })
  }

  #connect(events: ChannelEvents): void {
    openSocket({
      ...events,
      close: (locked) => {
        events.close(locked)
        setTimeout(() => this.#connect(events), this.#retryMs)
        this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2)
      },
    })
  }

  #open(channel: Channel): void {
    this.#channel = channel
    this.#expected = 0
    this.#retryMs = firstRetryMs
    channel.send({ type: 'watch', ids: this.#watched })
  }

  #message(message: ToWindow): void {
    switch (message.type) {
      case 'hello':
        return this.#events.hello(message.hello)
      case 'delta': {
        const { delta } = message
        // A hole means that something was lost on the way: begin again.
        if (delta.seq !== this.#expected) return this.#channel?.close()
        this.#expected++
        this.#events.delta(delta)
        this.#channel?.send({ type: 'taken', seq: delta.seq })
        return
      }
      case 'voice':
        return this.#events.voice(message.message)
      case 'result':
        this.#waiting.get(message.id)?.resolve(message.result)
        this.#waiting.delete(message.id)
        return
      case 'fault':
        this.#waiting.get(message.id)?.reject(new CommandFault(message.kind, message.message, message.remedy))
        this.#waiting.delete(message.id)
    }
  }

  #close(refused: boolean): void {
    const was = this.#channel
    this.#channel = null
    for (const { reject } of this.#waiting.values())
      reject(
        new CommandFault('disconnected', 'the engine went away before it answered: whether this was done is not known'),
      )
    this.#waiting.clear()
    if (refused || was) this.#events.lost(refused)
    else void isLocked().then((locked) => this.#events.lost(locked))
  }
}

/** What the link of this page led to, good once: taken out of the address at once. */
let claim = /^#claim=([\w-]{1,100})$/.exec(location.hash)?.[1] ?? null
if (claim !== null) history.replaceState(null, '', location.pathname)

/** The shell closes with it what it does not let in. */
const lockedCode = 4401

/** The page shows that it was opened by a link, then the engine is heard. */
function openSocket(events: ChannelEvents): void {
  const socket = new WebSocket(new URL('/engine', location.href.replace(/^http/, 'ws').replace(/#.*$/, '')))
  const close = () => socket.close()
  /** Nothing once it is closing: who waits for an answer hears of it when it has closed. */
  const send = (said: ToShell | ToEngine) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(said))
  }
  let entered = false
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as FromShell | ToWindow
    if (message.type === 'challenge') answerTo(message.challenge).then(send, close)
    else if (message.type === 'key') passKey.set(message.key)
    else {
      if (!entered) events.open({ send, close })
      entered = true
      events.message(message)
    }
  }
  socket.onclose = ({ code }) => events.close(code === lockedCode)
}

/** With the claim of a link, once; later with a proof that the key is here, which itself is never sent. */
async function answerTo(challenge: string): Promise<ToShell> {
  if (claim !== null) {
    const said: ToShell = { type: 'claim', claim }
    claim = null
    return said
  }
  const text = new TextEncoder()
  const key = await crypto.subtle.importKey(
    'raw',
    text.encode(passKey.get() || 'none'),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const proof = new Uint8Array(await crypto.subtle.sign('HMAC', key, text.encode(challenge)))
  return {
    type: 'proof',
    proof: btoa(String.fromCharCode(...proof))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', ''),
  }
}

/** Of this origin, port included; for as long as this page where the browser keeps nothing. */
const passKey = {
  now: '',
  get(): string {
    try {
      return localStorage.getItem('ringback.key') ?? passKey.now
    } catch {
      return passKey.now
    }
  },
  set(key: string): void {
    passKey.now = key
    try {
      localStorage.setItem('ringback.key', key)
    } catch {
      // Then a reload needs a new link.
    }
  },
}

/** In Electron the preload hands over a port for each engine that begins. */
function openPorts(events: ChannelEvents): void {
  addEventListener('message', ({ source, data, ports: [port] }) => {
    if (source !== window) return
    if (data === 'ringback:lost') return events.close(false)
    if (data !== 'ringback:port' || !port) return
    port.onmessage = ({ data: message }) => events.message(message as ToWindow)
    events.open({ send: (message) => port.postMessage(message), close: () => location.reload() })
  })
}

/** To the clipboard. Rejects where the browser does not allow it. */
export async function copyText(text: string): Promise<void> {
  const electron = (globalThis as { ringback?: { copy(text: string): void } }).ringback
  if (electron) electron.copy(text)
  else await navigator.clipboard.writeText(text)
}

export interface FromElectron {
  /** A `sip:` or `tel:` link that another program asked to be dialled. */
  dial(uri: string): void
  /** A menu item: `dial`, `hang-up`, or the name of a screen. */
  action(name: string): void
}

/** Hears what the native side of the Electron window says; nothing in a browser. Returns the function that ends it. */
export function onElectron({ dial, action }: FromElectron): () => void {
  const heard = ({ source, data }: MessageEvent<{ ringback?: string; uri?: string; action?: string } | null>) => {
    if (source !== window) return
    if (data?.ringback === 'dial') dial(String(data.uri))
    if (data?.ringback === 'action') action(String(data.action))
  }
  addEventListener('message', heard)
  return () => removeEventListener('message', heard)
}

async function isLocked(): Promise<boolean> {
  try {
    return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).status === 401
  } catch {
    return false
  }
}
