import { create } from 'zustand'
import {
  devicesOf,
  openMicrophone,
  readChoice,
  stopStream,
  usualChoice,
  watchLevel,
  type Device,
  type VoiceChoice,
} from '../voice/devices.ts'
import type { PhoneCall } from '../voice/phone.ts'
import { say } from './actions.ts'
import { execute, useEngine, voiceLine } from './engine.ts'
import { partyOf } from './other-end.ts'
import { remember } from './ui.ts'

interface VoiceState {
  /** The call that the microphone is for; null: none. */
  readonly call: string | null
  /** `opening`: the person is asked, or the call is not answered; `talking`: both sides hear each other. */
  readonly step: 'off' | 'opening' | 'talking'
  /** The name of the microphone that is open. */
  readonly microphone: string | null
  /** How loud it is, in dBFS. */
  readonly level: number | null
  /** Why nobody talks in that call: a sentence. */
  readonly fault: { readonly call: string; readonly text: string } | null
  readonly inputs: readonly Device[]
  readonly outputs: readonly Device[]
  readonly choice: VoiceChoice
}

const off = { call: null, step: 'off', microphone: null, level: null } as const

export const useVoice = create<VoiceState>(() => ({
  ...off,
  fault: null,
  inputs: [],
  outputs: [],
  choice: readChoice(remember.get('voice')),
}))

/** What is open now. */
let leg: { readonly stream: MediaStream; phone: PhoneCall | null; readonly unwatch: () => void } | null = null
let speaker: HTMLAudioElement | null = null
/** Whoever asked last is answered; what was asked before is not. */
let asked = 0

/** The microphone goes into that call, and out of any other. What keeps it from that is said beside the call. */
export async function talk(call: string): Promise<void> {
  close()
  const turn = ++asked
  useVoice.setState({ ...off, call, step: 'opening', fault: null })
  try {
    const stream = await openMicrophone(useVoice.getState().choice)
    if (turn !== asked) return stopStream(stream)
    open(stream)
    void listDevices()
    const [{ callWith }, { uri }] = await Promise.all([
      import('../voice/phone.ts'),
      execute('call.voice', { id: call }),
    ])
    if (turn !== asked) return
    leg!.phone = callWith(stream, uri, voiceLine, {
      up: () => turn === asked && useVoice.setState({ step: 'talking' }),
      heard: (heard) => void play(heard),
      ended: (why) => {
        if (turn !== asked) return
        if (why === null) silence()
        else fail(call, `The engine did not take the microphone: ${why}. The call goes on without it.`)
      },
    })
  } catch (error) {
    if (turn === asked) fail(call, (error as Error).message)
  }
}

/** Nobody talks any more: the call goes on with the source that was chosen for it. */
export function silence(): void {
  asked++
  close()
  useVoice.setState(off)
}

/** Chooses a device or a switch; who talks goes on with it at once. */
export function choose(change: Partial<VoiceChoice>): void {
  const choice = { ...useVoice.getState().choice, ...change }
  remember.set('voice', JSON.stringify(choice))
  const { call, step } = useVoice.getState()
  useVoice.setState({ choice })
  if (change.output !== undefined) {
    if (speaker) void useOutput(speaker)
  } else if (call !== null && step !== 'off') void talk(call)
}

/** The devices that there are; their names are known once the microphone was used. */
export async function listDevices(): Promise<void> {
  const [inputs, outputs] = await Promise.all([devicesOf('audioinput'), devicesOf('audiooutput')])
  useVoice.setState({ inputs, outputs })
}

function open(stream: MediaStream): void {
  const [track] = stream.getAudioTracks()
  const lost = () => {
    const { call, microphone } = useVoice.getState()
    if (leg?.stream === stream && call !== null)
      fail(call, `${microphone} is gone: the call goes on without it. Connect a microphone, then talk again.`)
  }
  track?.addEventListener('ended', lost)
  leg = { stream, phone: null, unwatch: watchLevel(stream, (level) => useVoice.setState({ level })) }
  useVoice.setState({ microphone: track?.label || 'The microphone' })
}

function fail(call: string, text: string): void {
  silence()
  useVoice.setState({ fault: { call, text } })
}

function close(): void {
  leg?.phone?.hangUp()
  leg?.unwatch()
  if (leg) stopStream(leg.stream)
  leg = null
  if (speaker) speaker.srcObject = null
}

async function play(heard: MediaStream): Promise<void> {
  speaker ??= new Audio()
  speaker.srcObject = heard
  await useOutput(speaker)
  await speaker.play().catch(() => {})
}

/** One that is not there any more is forgotten: the system's own is used. */
async function useOutput(element: HTMLAudioElement): Promise<void> {
  const { output } = useVoice.getState().choice
  if (!('setSinkId' in element)) return
  await element.setSinkId(output).catch(() => {
    say('The speaker that was chosen is not there: the one of the system is used.', 'fault')
    choose({ output: usualChoice.output })
  })
}

/** The leg that the engine has of this window. */
let taken: string | null = null

useEngine.subscribe(({ calls, connection }) => {
  const { call, step } = useVoice.getState()
  if (call === null || step === 'off') return void (taken = null)
  const view = calls.get(call)
  if (connection !== 'open') fail(call, 'The engine went away: nobody talks any more.')
  else if (view?.state !== 'ended') taken = view?.voice ?? null
  else {
    // Joined calls that are left of it have the microphone now.
    const next = taken === null ? undefined : [...calls.values()].find(({ voice }) => voice === taken)
    if (!next) return silence()
    useVoice.setState({ call: next.id })
    say(`That call is over; you go on in the call with ${partyOf(next)}.`)
  }
})
