import type { PlaceCall } from '../../shared/contract/place-call.ts'
import { dialFault, type DialFault } from '../../shared/words/dial.ts'
import { customHeaderFault, secretFault } from '../../shared/words/own-headers.ts'
import { execute, useEngine } from './engine.ts'
import { select, useUi, type Draft } from './ui.ts'

/** Why the draft cannot be dialled; null when it can. */
export function draftFault({ uri, headers }: Draft): DialFault | null {
  const fault = dialFault(uri)
  if (fault) return fault
  for (const row of headers) {
    const text = row.enabled ? (secretFault(row) ?? customHeaderFault(row.name, row.value)?.text) : null
    if (text) return { text, correction: null }
  }
  return null
}

/** Places the call that the dial bar holds. Rejects with a CommandFault. */
export async function dial(): Promise<void> {
  const { draft } = useUi.getState()
  const { uri, trunk, headers, source, encryption, from, displayName } = draft
  const args: PlaceCall = {
    uri,
    source,
    headers: headers
      .filter(({ enabled }) => enabled)
      .map(({ name, value, secret }) => ({
        name,
        value,
        ...(secret && { secret }),
      })),
    ...(trunk === null ? {} : { trunk }),
    ...(encryption === null ? {} : { encryption }),
    ...(from === '' ? {} : { from }),
    ...(displayName === '' ? {} : { displayName }),
  }
  const { id } = await execute('call.place', args)
  select(id)
}

/** Calls the built-in agent with a marker, long enough to be judged. */
export async function placeTestCall(): Promise<void> {
  const uri = agentUri()
  if (uri === null) throw new Error('the built-in agent does not run: start it on the Agent screen')
  const { id } = await execute('call.place', {
    uri,
    source: { kind: 'marker' },
    durationMs: 6000,
    displayName: 'Ringback test call',
    headers: [{ name: 'X-CALL-ID', value: 'test-call' }],
  })
  select(id)
  useUi.setState({ hint: 0 })
}

/** Where the built-in agent can be called; null when none runs. */
export function agentUri(): string | null {
  const [agent] = useEngine.getState().agents.values()
  const [listener] = agent?.addresses ?? []
  if (!listener) return null
  const { transport, address, port } = listener
  const host = address === '0.0.0.0' ? '127.0.0.1' : address.includes(':') ? '[::1]' : address
  return `sip:agent@${host}:${port}${transport === 'udp' ? '' : `;transport=${transport}`}`
}

const chunkBytes = 512 * 1024

/**
 * Hands a file to the engine piece by piece; its path there. `progress` hears the share that is done; returns false to
 * stop.
 */
export async function handOver(file: File, progress: (share: number) => boolean = () => true): Promise<string | null> {
  let path: string | null = null
  for (let at = 0; at === 0 || at < file.size; at += chunkBytes) {
    if (!progress(at / Math.max(1, file.size))) return null
    const bytes = new Uint8Array(await file.slice(at, at + chunkBytes).arrayBuffer())
    path = (await execute('file.put', { file: path, name: file.name, base64: base64Of(bytes) })).file
  }
  return path
}

function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
