import { createSocket } from 'node:dgram'
import * as packet from 'dns-packet'

/** A DNS server on loopback that answers from a table; names without an entry have no records. */
export async function startNameServer(
  records: Readonly<Record<string, readonly packet.Answer[]>>,
): Promise<{ address: string; asked: string[]; close(): void }> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (bytes, from) => {
    const query = packet.decode(bytes)
    const [question] = query.questions ?? []
    if (!question) return
    asked.push(`${question.type} ${question.name}`)
    const answers = (records[question.name] ?? []).filter((answer) => answer.type === question.type)
    socket.send(
      packet.encode({
        type: 'response',
        id: query.id ?? 0,
        flags: packet.RECURSION_DESIRED | packet.AUTHORITATIVE_ANSWER,
        questions: [question],
        answers: [...answers],
      }),
      from.port,
      from.address,
    )
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { address: `127.0.0.1:${socket.address().port}`, asked, close: () => socket.close() }
}
