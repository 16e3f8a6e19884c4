import { describe, expect, it } from 'vitest'
import { changedCall, type CallArgs } from '../../../electron/engine/proof/changed-call.ts'
import { changeSchema, type Change } from '../../../shared/contract/change.ts'
import { trunkSchema } from '../../../shared/contract/commands.ts'
import { placeCallSchema, type PlaceCall } from '../../../shared/contract/place-call.ts'
import { parseChange } from '../../../electron/cli/commands/prove.ts'

const call = (args: Partial<PlaceCall> = {}): CallArgs => placeCallSchema.parse({ uri: 'sip:1@h', ...args })
const trunk = trunkSchema.parse({
  name: 't',
  address: 'trunk.example',
  transport: 'tls',
  encryption: 'required',
  codecs: ['PCMA'],
  user: 'alice',
  headers: [
    { name: 'X-One', value: '1' },
    { name: 'X-Two', value: '2' },
  ],
})

/** What of the call is another after the change. */
function changes(args: CallArgs, change: Change, of: typeof trunk | null = null): object {
  const after = changedCall(args, of, change)
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(args[name as 'uri'])),
  )
}

describe('a call with one thing changed', () => {
  it.each<[string, Partial<PlaceCall>, string, object]>([
    ['the transport', {}, 'transport=tcp', { transport: 'tcp' }],
    [
      'the transport that its URI names',
      { uri: 'sip:1@h:5070;transport=UDP;user=phone' },
      'transport=tls',
      { transport: 'tls', uri: 'sip:1@h:5070;transport=tls;user=phone' },
    ],
    ['media encryption', {}, 'encryption=required', { encryption: 'required' }],
    ['the codecs', { codecs: ['PCMU'] }, 'codecs=pcma,PCMU', { codecs: ['PCMA', 'PCMU'] }],
    ['the number', { uri: 'sip:+4930123:pw@h' }, 'number=030', { uri: 'sip:030:pw@h' }],
    ['the form of the number, with +', { uri: 'sip:4930@h' }, 'number=+', { uri: 'sip:+4930@h' }],
    ['the form of the number, without', { uri: 'sips:+4930@h' }, 'number=+', { uri: 'sips:4930@h' }],
    ['the headers', { headers: [{ name: 'X-A', value: '1' }] }, 'headers=off', { headers: [], withoutHeaders: [] }],
    [
      'all headers but one',
      {
        headers: [
          { name: 'X-A', value: '1' },
          { name: 'x-b', value: '2' },
        ],
      },
      'headers=X-B',
      { headers: [{ name: 'x-b', value: '2' }], withoutHeaders: [] },
    ],
    ['credentials', { user: 'a' }, 'digest=off', { digest: false }],
    ['the caller ID', { from: '1' }, 'caller-id=2', { from: '2' }],
    ['the local address', {}, 'local-address=127.0.0.2', { localAddress: '127.0.0.2' }],
    ['the packet time', {}, 'ptime=30', { ptimeMs: 30 }],
  ])('has %s changed, and nothing else', (_name, args, text, expected) => {
    expect(changes(call(args), parseChange(text))).toEqual(expected)
  })

  it('has what the trunk would add or choose changed too', () => {
    const args = call({ trunk: 't' })
    expect(changes(args, { what: 'encryption', to: 'disabled' }, trunk)).toEqual({ encryption: 'disabled' })
    expect(changes(args, { what: 'headers', to: ['x-two'] }, trunk)).toEqual({ withoutHeaders: ['X-One'] })
    expect(changes(args, { what: 'digest', to: 'off' }, trunk)).toEqual({ digest: false })
    for (const text of ['transport=tls', 'encryption=required', 'codecs=PCMA', 'headers=x-one,x-two'])
      expect(() => changedCall(args, trunk, parseChange(text))).toThrow(/in that call already: choose another change$/)
  })

  it.each<[string, Partial<PlaceCall>]>([
    ['transport=udp', {}],
    ['encryption=disabled', {}],
    ['headers=off', {}],
    ['digest=off', {}],
    ['caller-id=1', { from: '1' }],
    ['number=1', {}],
    ['ptime=20', {}],
    ['number=2', { uri: 'sip:h' }],
  ])('is refused where %s changes nothing', (text, args) => {
    expect(() => changedCall(call(args), null, parseChange(text))).toThrow(/already|has no number/)
  })

  it.each(['', 'transport', 'transport=', 'transport=carrier-pigeon', 'number=1@evil', 'number=a b', 'codecs=', 'x=y'])(
    'is not made of "%s"',
    (text) => {
      expect(() => parseChange(text)).toThrow()
    },
  )

  it('has a change that is data in the contract', () => {
    expect(changeSchema.parse({ what: 'transport', to: 'tcp' })).toEqual({ what: 'transport', to: 'tcp' })
  })
})
