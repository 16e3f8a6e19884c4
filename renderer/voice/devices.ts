// What a browser says of microphones and speakers, in words.

export interface Device {
  readonly id: string
  readonly name: string
}

/** What a person chooses; ids are empty for what the system prefers. */
export interface VoiceChoice {
  readonly input: string
  readonly output: string
  readonly echoCancellation: boolean
  readonly noiseSuppression: boolean
  readonly autoGainControl: boolean
}

export const usualChoice: VoiceChoice = {
  input: '',
  output: '',
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
}

/** What was kept of a choice; the usual one for anything else. */
export function readChoice(text: string | null): VoiceChoice {
  try {
    const kept = JSON.parse(text ?? '{}') as Partial<VoiceChoice> | null
    const same = (name: keyof VoiceChoice) => typeof kept?.[name] === typeof usualChoice[name]
    const names = (Object.keys(usualChoice) as (keyof VoiceChoice)[]).filter(same)
    return { ...usualChoice, ...Object.fromEntries(names.map((name) => [name, kept![name]])) }
  } catch {
    return usualChoice
  }
}

/** Rejects with a sentence. */
export async function openMicrophone(choice: VoiceChoice): Promise<MediaStream> {
  const { input, echoCancellation, noiseSuppression, autoGainControl } = choice
  const switches = { echoCancellation, noiseSuppression, autoGainControl }
  if (!('mediaDevices' in navigator))
    throw new Error('This browser gives this page no microphone: open the window at 127.0.0.1.')
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { ...switches, ...(input !== '' && { deviceId: { exact: input } }) },
    })
  } catch (error) {
    throw new Error(microphoneFault((error as DOMException).name), { cause: error })
  }
}

/** The devices of a stream are free again. */
export const stopStream = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop())

/** Why there is no microphone, by the name of the error (Media Capture and Streams 10.2), and what helps. */
export function microphoneFault(name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The browser does not let this page use the microphone: allow it beside the address, then talk again.'
    case 'NotFoundError':
      return 'There is no microphone: connect one, then talk again.'
    case 'OverconstrainedError':
      return 'The microphone that was chosen is not there: connect it, or choose another in the settings.'
    case 'NotReadableError':
    case 'AbortError':
      return 'The microphone cannot be opened: another program may have it. Close that, or choose another microphone.'
    default:
      return `The microphone cannot be opened (${name}): choose another in the settings.`
  }
}

/** All of that kind; none with a name before the page may use a microphone. */
export async function devicesOf(kind: 'audioinput' | 'audiooutput'): Promise<Device[]> {
  if (!('mediaDevices' in navigator)) return []
  const all = await navigator.mediaDevices.enumerateDevices()
  return all
    .filter((device) => device.kind === kind && device.deviceId !== '' && device.deviceId !== 'default')
    .map(({ deviceId, label }) => ({ id: deviceId, name: label || 'unnamed' }))
}

const lookMs = 100
const quietDbfs = -100

/** Hears how loud a stream is, ten times a second in dBFS, until the function that comes back is called. */
export function watchLevel(stream: MediaStream, hear: (dbfs: number) => void): () => void {
  const context = new AudioContext()
  const analyser = new AnalyserNode(context, { fftSize: 2048 })
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    hear(power === 0 ? quietDbfs : Math.max(quietDbfs, Math.round(10 * Math.log10(power))))
  }, lookMs)
  return () => {
    clearInterval(timer)
    void context.close()
  }
}
