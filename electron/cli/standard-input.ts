import type { EngineClient } from '../../shared/contract/client.ts'

const pieceBytes = 1 << 20

/** Hands over what comes on standard input as a file; its id. Throws RingbackError as `file.put` does. */
export async function standardInput(engine: EngineClient): Promise<string> {
  const put = async (file: string | null, parts: readonly Buffer[]) =>
    (
      await engine.execute('file.put', {
        file,
        name: 'standard input',
        base64: Buffer.concat(parts).toString('base64'),
      })
    ).file
  let file: string | null = null
  let parts: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    parts.push(chunk)
    size += chunk.length
    if (size < pieceBytes) continue
    file = await put(file, parts)
    parts = []
    size = 0
  }
  return put(file, parts)
}
