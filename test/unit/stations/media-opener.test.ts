import { describe, expect, it } from 'vitest'
import { SoundFiles } from '../../../electron/engine/media/audio/sound-files.ts'
import { MediaOpener } from '../../../electron/engine/stations/media-opener.ts'
import { Profile } from '../../../electron/engine/store/profile.ts'
import { MemoryNet } from '../../harness/memory-net.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const tap = { rtp: () => {}, rtcp: () => {}, foreign: () => {}, observe: () => {} }

function opening(net: MemoryNet) {
  return new MediaOpener({
    clock: new VirtualClock(),
    random: predictableRandom(),
    net,
    profile: new Profile(null),
    soundPath: (name, use) => use(name),
    sounds: new SoundFiles(),
  })
}

const choice = async (opener: MediaOpener, peer: string) => ({
  peer,
  rtpPorts: { first: 20_000, last: 20_009 },
  codecs: ['PCMU' as const],
  encryption: 'disabled' as const,
  source: await opener.source({ kind: 'silence' }),
  recordTo: null,
})

describe('the media of a call', () => {
  it('is offered at the address that reaches the peer', async () => {
    const opener = opening(new MemoryNet())
    const media = await opener.open(await choice(opener, '192.0.2.99'), tap)
    expect(media.local.host).toBe('192.0.2.1')
    media.close()
  })

  it('of a name is opened where the first offer goes', async () => {
    const net = new MemoryNet()
    const opener = opening(net)
    const media = await opener.open(await choice(opener, 'two.example'), tap)
    expect(net.openSockets).toBe(0)
    expect(await media.offer('192.0.2.7')).toContain('c=IN IP4 192.0.2.7')
    expect(media.local.host).toBe('192.0.2.7')
    expect(await media.offer('2001:db8::7')).toContain('c=IN IP6 2001:db8::7')
    expect(net.openSockets).toBe(2)
    media.close()
    expect(net.openSockets).toBe(0)
  })

  it('is not offered at a guess where nothing reaches the peer', async () => {
    class NoRoute extends MemoryNet {
      override localAddressFor(): Promise<string> {
        return Promise.reject(Object.assign(new Error('unreachable'), { code: 'ENETUNREACH' }))
      }
    }
    const opener = opening(new NoRoute())
    await expect(opener.open(await choice(opener, '192.0.2.99'), tap)).rejects.toMatchObject({
      kind: 'machine',
      message: 'media cannot be sent to 192.0.2.99: no route to that network from this machine',
    })
  })
})
