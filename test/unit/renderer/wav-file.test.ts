import { describe, expect, it } from 'vitest'
import { wavFault } from '../../../renderer/ui/wav-file.ts'
import { pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { sineWav } from '../../harness/tone-files.ts'

const file = (bytes: Uint8Array, name = 'chosen.wav') => new File([new Uint8Array(bytes)], name)

describe('a file that is chosen to be sent', () => {
  it('is taken where it begins as a WAV file does, whatever its name', async () => {
    expect(await wavFault(file(sineWav(440, 0.1), 'sound'))).toBeNull()
  })

  it('is refused with words where it is a capture, something else, or nothing', async () => {
    expect(await wavFault(file(pcapHeader()))).toMatch(/chosen\.wav is a capture and no sound/)
    expect(await wavFault(file(new TextEncoder().encode('RIFF    AVI more')))).toMatch(/is no WAV file/)
    expect(await wavFault(file(new Uint8Array()))).toMatch(/is no WAV file/)
  })
})
