const captures = new Set(['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a'])

/** Why a file is no sound that can be sent, a sentence; null where it begins as a WAV file does. */
export async function wavFault(file: File): Promise<string | null> {
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer())
  const text = String.fromCharCode(...head)
  if (text.startsWith('RIFF') && text.slice(8) === 'WAVE') return null
  const magic = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return captures.has(magic)
    ? `${file.name} is a capture and no sound: open it under Files, or choose a WAV file.`
    : `${file.name} is no WAV file: it does not begin with RIFF and WAVE. Save it as PCM WAV.`
}
