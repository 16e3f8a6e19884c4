import type { EngineClient } from '../../shared/contract/client.ts'

const pieceBytes = 1 << 20

/** Hands over what comes on standard input as a file; its id. Throws RingbackError as `file.put` does. */
export async function standardInput(engine: EngineClient): Promise<string> {
  let file: string | null = null
  let [parts, size]: [Buffer[], number] = [[], 0]
  const put = async () => {
    const base64 = Buffer.concat(parts).toString('base64')
    file = (await engine.execute('file.put', { file, name: 'standard input', base64 })).file
    parts = []
    size = 0
  }
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    parts.push(chunk)
    size += chunk.length
    if (size >= pieceBytes) await put()
  }
  await put()
  return file!
}
