import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pairs } from './header-pairs.ts'
import type { HttpArrived, HttpReply, HttpServe, HttpServeOptions } from './http-serve.ts'

const host = '127.0.0.1'
/** For a request to be there whole. */
const requestMs = 10_000

/** HTTP by Node, for this computer only. */
export const systemHttpServe: HttpServe = (options) =>
  new Promise((resolve, reject) => {
    const server = createServer(
      {
        headersTimeout: requestMs,
        requestTimeout: requestMs,
        connectionsCheckingInterval: 1000,
        keepAliveTimeout: 5000,
      },
      (request, response) => serve(request, response, options),
    )
    server.maxConnections = options.mostConnections
    server.on('connection', (socket) => socket.on('error', () => {}))
    server.once('error', reject)
    server.listen(options.port, host, () => {
      server.off('error', reject)
      server.on('error', () => {})
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => {
          server.close()
          server.closeAllConnections()
        },
      })
    })
  })

function serve(request: IncomingMessage, response: ServerResponse, { mostBytes, handle }: HttpServeOptions): void {
  const pieces: Buffer[] = []
  const gone = new AbortController()
  let bytes = 0
  request.on('error', () => {})
  response.on('error', () => {})
  response.on('close', () => gone.abort())
  request.on('data', (piece: Buffer) => {
    if (bytes <= mostBytes) pieces.push(piece)
    bytes += piece.length
  })
  request.on('end', () => {
    const arrived: HttpArrived = {
      method: request.method ?? '',
      target: request.url ?? '',
      headers: pairs(request.rawHeaders),
      body: Buffer.concat(pieces).subarray(0, mostBytes),
      cut: bytes > mostBytes,
      gone: gone.signal,
    }
    answer(response, Promise.resolve(arrived).then(handle))
  })
}

function answer(response: ServerResponse, replying: Promise<HttpReply | null>): void {
  replying
    .then(
      (reply) => {
        if (!reply) return void response.destroy()
        const { status, headers, body } = reply
        response.writeHead(status, { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }).end(body)
      },
      () => void response.writeHead(500).end(),
    )
    // A reply that Node cannot send.
    .catch(() => void response.destroy())
}
