import { create } from 'zustand'
import type { Placed, SourceArgs } from '../../shared/contract/place-call.ts'
import type { Encryption, EncryptionForm, SrtpSuite } from '../../shared/model/encryption.ts'
import type { TransportName } from '../../shared/model/transport.ts'
import { playedAs, soundOf, stepText } from '../../shared/shown/script.ts'
import { redact } from '../../shared/wire/sip/redact.ts'
import { isSecretHeader } from '../../shared/wire/sip/secret-names.ts'

export type Screen = 'calls' | 'trunks' | 'agent' | 'files' | 'settings'

/** What of a call is looked at, by its number in the report. */
export interface Place {
  readonly kind: 'message' | 'stream' | 'finding'
  readonly n: number
}

export interface HeaderRow {
  readonly key: number
  readonly name: string
  readonly value: string
  readonly enabled: boolean
  /** Its value is hidden wherever it is shown once it is sent. */
  readonly secret?: boolean
}

/** What the dial bar holds. */
export interface Draft {
  readonly uri: string
  readonly trunk: string | null
  readonly headers: readonly HeaderRow[]
  readonly source: SourceArgs
  /** These are as the trunk says where they are null or empty. */
  readonly encryption: Encryption | null
  readonly encryptionForm: EncryptionForm | null
  readonly srtpSuites: readonly SrtpSuite[] | null
  readonly transport: TransportName | null
  readonly codecs: readonly string[] | null
  readonly ptimeMs: number | null
  readonly from: string
  readonly displayName: string
  /** What goes wrong on purpose, as `loss=5%, jitter=30ms, no-ack`. */
  readonly impairments: string
  /** What is done in the call, a line after the other; empty: nothing. */
  readonly script: string
  /** The ids of the sounds that it plays, by their names in it. */
  readonly sounds: Readonly<Record<string, string>>
}

interface UiState {
  readonly screen: Screen
  /** What of another screen than the calls is open: a trunk by its name, `+` a new one; a place of the settings. */
  readonly part: string | null
  /** The call that is looked at; null: none. */
  readonly call: string | null
  /** The call that it is compared with. */
  readonly beside: string | null
  /** What of it is looked at; null: whatever tells most. */
  readonly place: Place | null
  /** Whether everything that can be done is offered, or calls to compare with. */
  readonly palette: 'all' | 'compare' | null
  readonly draft: Draft
  readonly dialOptions: boolean
  /** What the first test call's hints point at; null when they are done with. */
  readonly hint: 0 | 1 | 2 | null
}

/** For as long as this page, reloads included; nothing where the browser keeps nothing. */
const draftKept = {
  get(): string | null {
    try {
      return sessionStorage.getItem('ringback.draft')
    } catch {
      return null
    }
  },
  set(text: string): void {
    try {
      sessionStorage.setItem('ringback.draft', text)
    } catch {
      // Then a reload begins with an empty draft.
    }
  },
}

export const emptyDraft: Draft = {
  uri: '',
  trunk: null,
  headers: [],
  source: { kind: 'marker' },
  encryption: null,
  encryptionForm: null,
  srtpSuites: null,
  transport: null,
  codecs: null,
  ptimeMs: null,
  from: '',
  displayName: '',
  impairments: '',
  script: '',
  sounds: {},
}

let lastKey = 0

export const headerRow = (name = '', value = ''): HeaderRow => ({ key: ++lastKey, name, value, enabled: true })

/** The row of a header whose value is kept nowhere that can be read: it asks for the value. */
export const secretRow = (name: string): HeaderRow => ({ ...headerRow(name), secret: true })

export const useUi = create<UiState>(() => ({
  screen: 'calls',
  part: null,
  call: null,
  beside: null,
  place: null,
  palette: null,
  draft: readDraft(draftKept.get()),
  dialOptions: false,
  hint: null,
}))

export function show(screen: Screen, part: string | null = null): void {
  useUi.setState({ screen, part })
}

/** As a part of the trunks: one that is not stored yet. No name of a trunk has a plus. */
export const newTrunk = '+'

export function select(call: string | null): void {
  useUi.setState({ call, screen: 'calls', part: null, beside: null, place: null })
}

/** Looks at a part of the call that is shown. */
export function look(place: Place | null): void {
  useUi.setState({ place })
}

export function openPalette(palette: UiState['palette']): void {
  useUi.setState({ palette })
}

/** Puts another call beside the one that is shown; null: it stands alone again. */
export function compareWith(beside: string | null): void {
  useUi.setState({ beside })
}

export function edit(draft: Partial<Draft>): void {
  useUi.setState((state) => ({ draft: { ...state.draft, ...draft } }))
}

/** Puts a call as it was placed back into the dial bar; secret values were not kept, their headers ask for them. */
export function redial(placed: Placed): void {
  edit({
    uri: placed.uri,
    trunk: placed.trunk ?? null,
    headers: placed.headers.map(({ name, value, secret }) => (secret ? secretRow(name) : headerRow(name, value))),
    source: placed.source,
    encryption: placed.encryption ?? null,
    encryptionForm: placed.encryptionForm ?? null,
    srtpSuites: placed.srtpSuites ?? null,
    transport: placed.transport ?? null,
    codecs: placed.codecs ?? null,
    ptimeMs: placed.ptimeMs ?? null,
    from: placed.from ?? '',
    displayName: placed.displayName ?? '',
    impairments: [...(placed.impairments ?? []), ...(placed.wrong ?? [])].join(', '),
    script: (placed.script ?? []).map((step) => `${stepText(step)}\n`).join(''),
    sounds: Object.fromEntries(
      (placed.script ?? []).flatMap((step) => {
        const sound = soundOf(step)
        return sound === null ? [] : [[playedAs(sound), sound]]
      }),
    ),
  })
  if (placed.headers.some(({ secret }) => secret)) useUi.setState({ dialOptions: true })
  focusDial()
}

/** The draft as a reload finds it again: without the values of secret headers, or a URI with a password. */
export function writeDraft({ headers, uri, ...draft }: Draft): string {
  return JSON.stringify({
    ...draft,
    uri: redact(uri) === uri ? uri : '',
    headers: headers.map(({ key: _key, ...row }) =>
      row.secret || isSecretHeader(row.name) ? { ...row, value: '', secret: true } : row,
    ),
  })
}

/** What `writeDraft` wrote; an empty draft for anything else. */
export function readDraft(text: string | null): Draft {
  try {
    const kept = JSON.parse(text ?? '{}') as Partial<Draft>
    return {
      ...emptyDraft,
      ...kept,
      headers: (kept.headers ?? []).map((row) => ({ ...row, key: ++lastKey })),
    }
  } catch {
    return emptyDraft
  }
}

useUi.subscribe(({ draft }, before) => {
  if (draft !== before.draft) draftKept.set(writeDraft(draft))
})

export function focusDial(): void {
  document.getElementById('dial-uri')?.focus()
}

/** Something of this browser only: sizes of panes, what was dismissed. Lost without harm. */
export const remember = {
  get(name: string): string | null {
    try {
      return localStorage.getItem(`ringback.${name}`)
    } catch {
      return null
    }
  },
  number(name: string, otherwise: number): number {
    return Number(remember.get(name) ?? otherwise)
  },
  set(name: string, value: string): void {
    try {
      localStorage.setItem(`ringback.${name}`, value)
    } catch {
      // Then it is not remembered.
    }
  },
}
