import { createHmac } from 'node:crypto'
import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import type { ToShell, ToWindow } from '../../shared/contract/channel.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** One request as a program on this machine would make it. */
export function ask(
  port: number,
  path: string,
  headers: RequestOptions['headers'] = {},
  method = 'GET',
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }))
    })
      .on('error', reject)
      .end(body)
  })
}

/** Bytes as they are; what came back until the server closed the connection. */
export function send(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

/** Sends the bytes and resets the connection. */
export function sendAndReset(port: number, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => socket.resetAndDestroy()))
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
}

/** What a browser does with a link: the cookie that it gets, and the claim of its page. */
export async function follow(link: string): Promise<{ readonly cookie: string; readonly claim: string }> {
  const { port, pathname, search } = new URL(link)
  const { headers } = await ask(Number(port), `${pathname}${search}`)
  return { cookie: headers['set-cookie']![0]!.split(';')[0]!, claim: headers.location!.split('#claim=')[1]! }
}

/**
 * The WebSocket of a page; rejects with the status that it is refused with. `hear`: what the shell says, from its first
 * word on.
 */
export function dial(
  port: number,
  headers: Record<string, string>,
  path = '/engine',
  hear: (socket: WebSocket, data: Buffer) => void = () => {},
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      headers: { origin: `http://127.0.0.1:${port}`, ...headers },
    })
    socket.on('message', (data: Buffer) => hear(socket, data))
    socket.once('open', () => resolve(socket))
    socket.on('unexpected-response', (_request, response) => {
      response.destroy()
      reject(new Error(String(response.statusCode)))
    })
    socket.on('error', reject)
  })
}

/** What the shell says next. */
export const heard = <Type extends string>(
  socket: WebSocket,
  type: Type,
): Promise<{ readonly type: Type; readonly [member: string]: unknown }> =>
  new Promise((resolve, reject) => {
    const look = (data: Buffer) => {
      const message = JSON.parse(String(data)) as ToWindow
      if (message.type !== (type as string)) return
      socket.off('message', look)
      resolve(message as never)
    }
    socket.on('message', look)
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)))
  })

export const proofOf = (key: string, challenge: string): ToShell => ({
  type: 'proof',
  proof: createHmac('sha256', key).update(challenge).digest('base64url'),
})

/**
 * A page that answers the challenge; resolves with its first word from the engine, rejects with the code that it is
 * sent away with.
 */
export async function enter(
  port: number,
  cookie: string,
  answer: (challenge: string) => ToShell | string,
): Promise<{ readonly socket: WebSocket; readonly key: string | null }> {
  let key: string | null = null
  let greeted = () => {}
  const hello = new Promise<void>((resolve) => (greeted = resolve))
  const socket = await dial(port, { cookie }, '/engine', (own, data) => {
    const message = JSON.parse(String(data)) as { type: string; challenge?: string; key?: string }
    if (message.type === 'key') key = message.key!
    if (message.type === 'hello') greeted()
    if (message.type !== 'challenge') return
    const said = answer(message.challenge!)
    own.send(typeof said === 'string' ? said : JSON.stringify(said))
  })
  await Promise.race([
    hello,
    new Promise((_, reject) => socket.once('close', (code) => reject(new Error(`closed with ${code}`)))),
  ])
  return { socket, key }
}
