import { useEffect } from 'react'
import { visible } from '../../../shared/base/text.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { useEngine } from '../../state/engine.ts'
import { select } from '../../state/ui.ts'
import { party } from '../../../shared/shown/format.ts'

/** One ring and its pause, ms. */
const ringMs = 3000

/** While a call waits: the title says so, a tone rings, and a notification stands where the window is not looked at. */
export function useRinging(waiting: readonly CallView[]): void {
  const [first] = waiting
  const caller = first ? visible(first.displayName || party(first.from)) : null
  const sound = useEngine((state) => state.settings?.ringTone ?? true)
  useEffect(() => {
    if (caller === null) return
    const before = document.title
    document.title = `☎ ${caller} calls – ${before}`
    return () => void (document.title = before)
  }, [caller])
  useEffect(() => {
    if (caller === null || !sound) return
    return ring()
  }, [caller, sound])
  const id = first?.id
  useEffect(() => {
    if (id === undefined || caller === null || document.hasFocus()) return
    return notify(caller, id)
  }, [id, caller])
}

/** Rings until the returned function is called; silent where the browser plays nothing without a click before. */
function ring(): () => void {
  const audio = new AudioContext()
  const once = () => {
    const gain = new GainNode(audio, { gain: 0 })
    gain.connect(audio.destination)
    const [from, to] = [audio.currentTime, audio.currentTime + 1]
    gain.gain.setTargetAtTime(0.08, from, 0.02)
    gain.gain.setTargetAtTime(0, to - 0.1, 0.03)
    for (const frequency of [440, 480]) {
      const tone = new OscillatorNode(audio, { frequency })
      tone.connect(gain)
      tone.start(from)
      tone.stop(to)
    }
  }
  once()
  const timer = setInterval(once, ringMs)
  return () => {
    clearInterval(timer)
    void audio.close()
  }
}

/** Says it beside the window, where a person has allowed that in the settings. */
function notify(caller: string, id: string): () => void {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return () => {}
  const notification = new Notification('Incoming call', { body: `${caller} calls`, tag: id })
  notification.onclick = () => {
    window.focus()
    select(id)
  }
  return () => notification.close()
}
