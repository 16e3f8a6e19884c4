import { Duplex } from 'node:stream'
import { once } from 'node:events'
import { TLSSocket, connect, createSecureContext, type ConnectionOptions } from 'node:tls'
import { selfSigned } from '../../electron/engine/sip/transport/self-signed.ts'
import { hex, ipv4, u16, u32 } from './wrapped.ts'

/** One way of a connection: its bytes, in the order of their coming. */
interface Piece {
  readonly fromClient: boolean
  readonly bytes: Buffer
}

interface TlsCapture {
  readonly pieces: readonly Piece[]
  readonly keylog: string
}

/** What each side says inside, one after the other. */
export interface Saying {
  readonly fromClient: boolean
  readonly text: string
}

/** A connection without a network: what one end writes the other reads, and `seen` too. */
function wire(seen: (piece: Piece) => void): readonly [client: Duplex, server: Duplex] {
  const end = (fromClient: boolean, other: () => Duplex) =>
    new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        seen({ fromClient, bytes: Buffer.from(chunk) })
        other().push(chunk)
        done()
      },
      final: (done) => {
        other().push(null)
        done()
      },
    })
  const client: Duplex = end(true, () => server)
  const server: Duplex = end(false, () => client)
  return [client, server]
}

/** What passes when two sides say something over TLS, made by Node's own. */
export async function tlsCapture(sayings: readonly Saying[], options: ConnectionOptions = {}): Promise<TlsCapture> {
  const pieces: Piece[] = []
  let keylog = ''
  const [left, right] = wire((piece) => void pieces.push(piece))
  const { key, cert } = await selfSigned('192.0.2.1')
  const server = new TLSSocket(right, {
    isServer: true,
    secureContext: createSecureContext({ key, cert, ...versions(options) }),
  })
  const client = connect({ socket: left, rejectUnauthorized: false, ...options })
  client.on('keylog', (line: Buffer) => (keylog += line.toString()))
  await once(client, 'secureConnect')
  for (const { fromClient, text } of sayings) {
    const [from, to] = fromClient ? [client, server] : [server, client]
    const came = once(to, 'data')
    from.write(text, 'latin1')
    await came
  }
  client.destroy()
  server.destroy()
  return { pieces, keylog }
}

const versions = ({ minVersion, maxVersion, ciphers }: ConnectionOptions) => ({
  ...(minVersion && { minVersion }),
  ...(maxVersion && { maxVersion }),
  ...(ciphers && { ciphers }),
})

/** The pieces as TCP segments in IPv4, with the SYN of each side; `without`: those that were not captured. */
export function segmentsOf(pieces: readonly Piece[], without: readonly number[] = []): Buffer[] {
  const next = { true: 1, false: 1 }
  const segment = (fromClient: boolean, flags: number, sequence: number, payload: Uint8Array) => {
    const [source, destination] = fromClient ? [40_000, 5061] : [5061, 40_000]
    const head = [
      u16(source),
      u16(destination),
      u32(sequence),
      u32(0),
      Buffer.from([0x50, flags]),
      hex('ffff 0000 0000'),
    ]
    const packet = ipv4(6, Buffer.concat([...head, payload]))
    return fromClient
      ? packet
      : Buffer.concat([packet.subarray(0, 12), packet.subarray(16, 20), packet.subarray(12, 16), packet.subarray(20)])
  }
  return [
    segment(true, 2, 0, Buffer.alloc(0)),
    segment(false, 0x12, 0, Buffer.alloc(0)),
    ...pieces.flatMap(({ fromClient, bytes }, n) => {
      const sequence = next[`${fromClient}`]
      next[`${fromClient}`] += bytes.length
      return without.includes(n) ? [] : [segment(fromClient, 0x18, sequence, bytes)]
    }),
  ]
}
