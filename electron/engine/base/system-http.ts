import * as http from 'node:http'
import * as https from 'node:https'
import { pairs } from './header-pairs.ts'
import type { HttpAnswer, HttpRequest } from './http.ts'

/** HTTP by Node. */
export function systemHttp({ url, method, headers, body, mostBytes, signal }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? https.request : http.request
    const length = String(Buffer.byteLength(body))
    const outgoing = request(url, {
      method,
      headers: { ...headers, 'Content-Length': length },
      agent: false,
      signal,
    })
    outgoing.on('error', reject)
    outgoing.once('response', (incoming) => {
      const pieces: Buffer[] = []
      let bytes = 0
      const done = (cut: boolean) => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: pairs(incoming.rawHeaders),
          body: Buffer.concat(pieces, Math.min(bytes, mostBytes)),
          cut,
        })
        outgoing.destroy()
      }
      incoming.on('error', reject)
      incoming.on('data', (piece: Buffer) => {
        pieces.push(piece)
        bytes += piece.length
        if (bytes > mostBytes) done(true)
      })
      incoming.once('end', () => done(false))
    })
    outgoing.end(body)
  })
}
