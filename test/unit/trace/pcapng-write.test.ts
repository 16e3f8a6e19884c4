import { afterAll, describe, expect, it } from 'vitest'
import { pcapngOf } from '../../../electron/engine/trace/capture/pcapng-write.ts'
import { CaptureFiles, invites, pcapOf } from '../../harness/capture-files.ts'
import { openCaptures } from '../../harness/opened.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

describe('a pcapng of ours', () => {
  it('has the packets and the times of the pcap that it is made of, and says in its comment what it is', async () => {
    const pcap = pcapOf(invites(7))
    const pcapng = pcapngOf(pcap, 'call-0: Not answered · ünïcode')
    const seen = async (name: string, bytes: Buffer) => {
      const { calls } = await openCaptures(files.write(name, bytes))
      return calls.map(({ trace }) => [
        trace.callId,
        trace.messages.map(({ event }) => [event.at, event.source, event.destination]),
      ])
    }
    expect(await seen('made.pcapng', pcapng)).toEqual(await seen('from.pcap', pcap))
    expect(pcapng.toString()).toContain('call-0: Not answered · ünïcode')
    expect(pcapng.length % 4).toBe(0)
  })
})
