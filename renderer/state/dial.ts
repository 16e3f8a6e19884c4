import { formatAddress } from '../../shared/base/address.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'
import type { Favourite } from '../../shared/contract/commands.ts'
import { readImpairments } from '../../shared/model/impairments.ts'
import { callerWrongNames, type CallerWrong } from '../../shared/model/wrong.ts'
import { dialAdvice } from '../../shared/providers/advice.ts'
import { providerOfTrunk } from '../../shared/providers/index.ts'
import { dialFault, dialled, type DialFault } from '../../shared/words/dial.ts'
import { customHeaderFault, secretFault } from '../../shared/words/own-headers.ts'
import { execute, useEngine } from './engine.ts'
import { readDraftScript } from './script.ts'
import { select, useUi, type Draft } from './ui.ts'
import { talk } from './voice.ts'

/** Why the draft cannot be dialled, and whose fault that is: of the text, or of one of the options. */
export type DraftFault = DialFault & { readonly of: 'uri' | 'headers' | 'impairments' }

/** Null when it can be dialled. */
export function draftFault({ uri, trunk, headers, impairments }: Draft): DraftFault | null {
  const fault = dialFault(uri, addressOf(trunk))
  if (fault) return { ...fault, of: 'uri' }
  for (const row of headers.filter(isSent)) {
    const text = secretFault(row) ?? customHeaderFault(row.name, row.value)?.text
    if (text) return { text, correction: null, of: 'headers' }
  }
  const read = readImpairments(askedIn(impairments).impairments)
  return typeof read === 'string' ? { text: read, correction: null, of: 'impairments' } : null
}

/** What a text lists of what goes wrong on purpose: what a caller does wrong by its name, else an impairment. */
function askedIn(text: string): { readonly impairments: string[]; readonly wrong: CallerWrong[] } {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const wrong = callerWrongNames.filter((name) => parts.includes(name))
  return { impairments: parts.filter((part) => !wrong.some((name) => name === part)), wrong }
}

/** A row that nothing is typed into is none. */
const isSent = ({ enabled, name, value }: Draft['headers'][number]) => enabled && (name !== '' || value !== '')

/** The request URI of the draft where it is another text than what was typed; null where it is not. */
export function draftLeadsTo({ uri, trunk }: Draft): string | null {
  const read = dialled(uri, addressOf(trunk))
  return 'uri' in read && read.uri !== uri ? read.uri : null
}

/** What the provider of the trunk, or of the host that is called, says of it; each a sentence. */
export function draftAdvice({ uri, trunk, transport }: Draft): string[] {
  const read = dialled(uri, addressOf(trunk))
  const stored = trunk === null ? undefined : useEngine.getState().trunks.get(trunk)
  if (!('uri' in read)) return []
  return dialAdvice(read.uri, stored ? providerOfTrunk(stored) : null, transport ?? stored?.transport ?? null)
}

/** The address of a stored trunk; null for none. */
function addressOf(trunk: string | null): string | null {
  return trunk === null ? null : (useEngine.getState().trunks.get(trunk)?.address ?? null)
}

/** Places the call that the dial bar holds. Rejects with a CommandFault. */
export async function dial(): Promise<void> {
  const { draft } = useUi.getState()
  const { uri, trunk, headers, source, encryption, encryptionForm, srtpSuites } = draft
  const { transport, codecs, ptimeMs, from, displayName } = draft
  const { impairments, wrong } = askedIn(draft.impairments)
  const args: PlaceCall = {
    uri,
    source,
    headers: headers.filter(isSent).map(({ name, value, secret }) => ({
      name,
      value,
      ...(secret && { secret }),
    })),
    // One that was removed meanwhile is not chosen any more.
    ...(trunk !== null && useEngine.getState().trunks.has(trunk) ? { trunk } : {}),
    ...(encryption === null ? {} : { encryption }),
    ...(encryptionForm === null ? {} : { encryptionForm }),
    ...(srtpSuites === null ? {} : { srtpSuites: [...srtpSuites] }),
    ...(transport === null ? {} : { transport }),
    ...(codecs === null ? {} : { codecs: [...codecs] }),
    ...(ptimeMs === null ? {} : { ptimeMs }),
    ...(from === '' ? {} : { from }),
    ...(displayName === '' ? {} : { displayName }),
    ...(impairments.length === 0 ? {} : { impairments }),
    ...(wrong.length === 0 ? {} : { wrong }),
  }
  const script = await readDraftScript(draft)
  if (script && script.fault !== null) throw new Error(script.fault)
  const { id } = await execute('call.place', { ...args, ...(script && { script: [...script.steps] }) })
  select(id)
  if (source.kind === 'microphone') void talk(id)
}

/** Keeps what is dialled often, or no longer. */
export async function markFavourite(favourite: Favourite, on: boolean): Promise<void> {
  const { settings } = useEngine.getState()
  if (!settings) return
  const others = settings.favourites.filter((known) => !sameTarget(known, favourite))
  await execute('settings.save', {
    settings: { ...settings, favourites: on ? [favourite, ...others].slice(0, 100) : others },
  })
}

export const sameTarget = (a: Favourite, b: Favourite): boolean => a.uri === b.uri && a.trunk === b.trunk

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
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `sip:agent@${formatAddress({ host, port })}${transport === 'udp' ? '' : `;transport=${transport}`}`
}

const chunkBytes = 512 * 1024

/**
 * Hands a file to the engine piece by piece; its id there. `progress` hears the share that is done; returns false to
 * stop. `each` hears of every piece that is there.
 */
export async function handOver(
  file: File,
  progress: (share: number) => boolean = () => true,
  each: (id: string) => Promise<void> = () => Promise.resolve(),
): Promise<string | null> {
  let path: string | null = null
  for (let at = 0; at === 0 || at < file.size; at += chunkBytes) {
    if (!progress(at / Math.max(1, file.size))) return null
    const bytes = new Uint8Array(await file.slice(at, at + chunkBytes).arrayBuffer())
    path = (await execute('file.put', { file: path, name: file.name, base64: base64Of(bytes) })).file
    await each(path)
  }
  return path
}

function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
