import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { selfSigned } from '../../electron/engine/sip/transport/self-signed.ts'

/** A request that a webhook got. */
export interface Asked {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface WebhookServer {
  readonly url: string
  readonly asked: readonly Asked[]
  close(): Promise<void>
}

/** A webhook on this computer that answers as `answer` says; over TLS with a certificate that nobody has signed. */
export async function webhookServer(
  answer: (response: ServerResponse, asked: Asked) => void,
  { secure = false } = {},
): Promise<WebhookServer> {
  const asked: Asked[] = []
  const serve: Parameters<typeof createServer>[1] = (request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const one = { method: request.method!, headers: request.headers, body: Buffer.concat(pieces).toString() }
      asked.push(one)
      answer(response, one)
    })
  }
  const server = secure ? createTlsServer(await selfSigned('127.0.0.1'), serve) : createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http${secure ? 's' : ''}://127.0.0.1:${port}/hook`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What a personalisation webhook answers with, `parts` instead of what is right. */
export const initiation = (parts: object = {}): object => ({
  type: 'conversation_initiation_client_data',
  dynamic_variables: { customer_name: 'John Doe' },
  ...parts,
})

/** Sends a document as JSON. */
export function sendJson(response: ServerResponse, document: unknown): void {
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify(document))
}
