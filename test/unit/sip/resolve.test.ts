import { describe, expect, it } from 'vitest'
import type { Dns } from '../../../electron/engine/sip/resolve/dns.ts'
import { order, resolveTarget } from '../../../electron/engine/sip/resolve/resolve.ts'
import type { TransportName } from '../../../shared/model/transport.ts'
import { parseUri } from '../../../shared/wire/sip/grammar.ts'
import { predictableRandom } from '../../harness/random.ts'

const dns: Dns = {
  naptr: async (name) =>
    name === 'naptr.example'
      ? [
          { order: 20, preference: 1, flags: 'S', service: 'SIP+D2U', replacement: '_sip._udp.naptr.example' },
          { order: 10, preference: 1, flags: 's', service: 'SIPS+D2T', replacement: '_sips._tcp.naptr.example' },
          { order: 5, preference: 1, flags: 'u', service: 'E2U+sip', replacement: '' },
        ]
      : [],
  srv: async (name) =>
    (
      {
        '_sips._tcp.naptr.example': [
          { priority: 1, weight: 0, port: 5061, name: 'b.example' },
          { priority: 0, weight: 0, port: 5063, name: 'a.example' },
        ],
        '_sip._udp.naptr.example': [{ priority: 0, weight: 0, port: 5070, name: 'a.example' }],
        '_sip._udp.none.example': [{ priority: 0, weight: 0, port: 0, name: '.' }],
        '_sip._tcp.none.example': [{ priority: 0, weight: 0, port: 0, name: '' }],
        '_sip._tcp.srv.example': [{ priority: 0, weight: 0, port: 5080, name: 'b.example' }],
      } as Record<string, { priority: number; weight: number; port: number; name: string }[]>
    )[name] ?? [],
  addresses: async (name) =>
    (
      {
        'a.example': ['192.0.2.1', '2001:db8::1'],
        'b.example': ['192.0.2.2'],
        'plain.example': ['192.0.2.3'],
      } as Record<string, string[]>
    )[name] ?? [],
}

const resolve = async (uri: string, transport: TransportName | null = null) => {
  const { targets, steps, transportFixed } = await resolveTarget(parseUri(uri)!, transport, dns, predictableRandom())
  return { targets: targets.map((t) => `${t.transport} ${t.host} ${t.port} ${t.serverName}`), steps, transportFixed }
}

describe('finding the target of a URI (RFC 3263)', () => {
  it('follows NAPTR, then SRV by priority, then addresses, and shows each step', async () => {
    const { targets, steps, transportFixed } = await resolve('sip:x@naptr.example')
    expect(targets).toEqual([
      'tls 192.0.2.1 5063 naptr.example',
      'tls 2001:db8::1 5063 naptr.example',
      'tls 192.0.2.2 5061 naptr.example',
      'udp 192.0.2.1 5070 naptr.example',
      'udp 2001:db8::1 5070 naptr.example',
    ])
    expect(steps[0]).toContain('NAPTR naptr.example: 10 1 SIPS+D2T')
    expect(steps.some((step) => step === 'A/AAAA b.example: 192.0.2.2')).toBe(true)
    expect(transportFixed).toBe(false)
  })

  it('follows no more records of one answer than a domain has servers, and says how many are left out', async () => {
    const asked: string[] = []
    const many: Dns = {
      naptr: async () => [],
      srv: async (name) =>
        name.startsWith('_sip._udp.')
          ? Array.from({ length: 500 }, (_, i) => ({ priority: i, weight: 0, port: 5060, name: `h${i}.example` }))
          : [],
      addresses: async (name) => {
        asked.push(name)
        return Array.from({ length: 300 }, (_, i) => `192.0.2.${i % 256}`)
      },
    }
    const { targets, steps } = await resolveTarget(parseUri('sip:x@many.example')!, null, many, predictableRandom())
    expect([asked.length, targets.length]).toEqual([20, 400])
    expect(steps.find((step) => step.startsWith('SRV _sip._udp'))).toMatch(/h19\.example, and 480 more that are not/)
  })

  it('asks nothing of a host whose SRV target "." says that there is no service', async () => {
    const { targets, steps } = await resolve('sip:x@none.example')
    expect(targets).toEqual([])
    expect(steps).toContain('SRV _sip._udp.none.example: the target "." says that there is no such service')
    expect(steps.some((step) => step.startsWith('A/AAAA'))).toBe(false)
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'takes transport=%s as none that it knows',
    async (transport) => {
      expect(await resolve(`sip:x@192.0.2.9;transport=${transport}`)).toMatchObject({
        targets: ['udp 192.0.2.9 5060 192.0.2.9'],
        transportFixed: false,
      })
    },
  )

  it('asks only SRV where the transport is given', async () => {
    expect(await resolve('sip:x@srv.example;transport=tcp')).toMatchObject({
      targets: ['tcp 192.0.2.2 5080 srv.example'],
      transportFixed: true,
    })
    expect((await resolve('sip:x@srv.example', 'tcp')).targets).toEqual(['tcp 192.0.2.2 5080 srv.example'])
  })

  it('looks neither at NAPTR nor SRV where a port or an address is given', async () => {
    expect(await resolve('sip:x@plain.example:5099')).toMatchObject({
      targets: ['udp 192.0.2.3 5099 plain.example'],
      steps: ['A/AAAA plain.example: 192.0.2.3'],
    })
    expect(await resolve('sips:x@192.0.2.9')).toMatchObject({ targets: ['tls 192.0.2.9 5061 192.0.2.9'], steps: [] })
    expect((await resolve('sip:x@[2001:db8::9]:5062')).targets).toEqual(['udp 2001:db8::9 5062 2001:db8::9'])
  })

  it('falls back to the plain name, and says so when there is nothing', async () => {
    expect((await resolve('sip:x@plain.example')).targets).toEqual(['udp 192.0.2.3 5060 plain.example'])
    const { targets, steps } = await resolve('sip:x@nowhere.example')
    expect(targets).toEqual([])
    expect(steps.at(-1)).toBe('A/AAAA nowhere.example: no records')
  })

  it('draws among equal priorities by weight (RFC 2782)', () => {
    const random = predictableRandom(7)
    const records = [
      { priority: 0, weight: 90, port: 1, name: 'heavy' },
      { priority: 0, weight: 10, port: 2, name: 'light' },
      { priority: 1, weight: 1, port: 3, name: 'last' },
    ]
    let heavyFirst = 0
    for (let i = 0; i < 1000; i++) {
      const ordered = order(records, random).map(({ name }) => name)
      expect(ordered[2]).toBe('last')
      if (ordered[0] === 'heavy') heavyFirst++
    }
    expect(heavyFirst).toBeGreaterThan(820)
    expect(heavyFirst).toBeLessThan(960)
  })
})
