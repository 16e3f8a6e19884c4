import { describe, expect, it } from 'vitest'
import { callCommand } from '../../../shared/contract/command-line.ts'
import { placeCallSchema, type PlaceCall } from '../../../shared/contract/place-call.ts'

describe('the command for a call', () => {
  const command = (args: PlaceCall) => callCommand(placeCallSchema.parse(args))

  it('names what differs from the defaults, quoted for a shell, and never a password', () => {
    expect(command({ uri: 'sip:a@192.0.2.1' })).toBe('ringback call sip:a@192.0.2.1')
    expect(
      command({
        uri: 'sip:a@h;transport=tcp',
        trunk: 'twilio',
        headers: [{ name: 'X-CALL-ID', value: "it's 1; b" }],
        source: { kind: 'tone', hz: 440 },
        encryption: 'required',
        user: 'alice',
        password: 'geheim',
        durationMs: 2500,
      }),
    ).toBe(
      "ringback call 'sip:a@h;transport=tcp' --trunk twilio --user alice --password-env TRUNK_PASSWORD " +
        "--header 'X-CALL-ID: it'\\''s 1; b' --encryption required --send tone:440 --duration 2.5",
    )
  })

  it('names what is to happen in the middle of it, and how its media goes', () => {
    expect(
      command({
        uri: 'sip:a@192.0.2.1',
        timeline: [
          { kind: 'hold', atMs: 2000 },
          { kind: 'dtmf', digits: '12#', atMs: 3500 },
          { kind: 'record', file: null, atMs: 4000 },
          { kind: 'refer', to: '+15550100', atMs: 5000 },
        ],
        ptimeMs: 30,
        mediaTimeoutMs: 15_000,
        latch: false,
        contactRewrite: true,
      }),
    ).toBe(
      "ringback call sip:a@192.0.2.1 --at 2s:hold --at '3.5s:dtmf 12#' --at 4s:record " +
        "--at '5s:refer +15550100' --ptime 30 --media-timeout 15 " +
        '--no-latch --contact-rewrite',
    )
  })
})
