import { mkdtempSync, rmSync } from 'node:fs'
import { createSocket, type Socket } from 'node:dgram'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { encryptions, srtpSuites } from '../../shared/model/encryption.ts'
import { findSession } from '../../shared/wire/sdp/find.ts'
import { header } from '../../shared/wire/sip/message.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { Engines, callAndWait } from '../harness/engines.ts'

const engines = new Engines()
const folders: string[] = []
const sockets: Socket[] = []
afterEach(async () => {
  await engines.close()
  for (const socket of sockets.splice(0)) socket.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const outcomes = {
  disabled: ['none', 'none', 'refused', 'refused'],
  allowed: ['none', 'sdes', 'sdes', 'refused'],
  required: ['refused', 'sdes', 'sdes', 'refused'],
  dtls: ['refused', 'dtls', 'dtls', 'dtls'],
}

describe('media encryption', () => {
  it.each(encryptions)('of a caller with %s comes out as the table of the decision says', async (caller) => {
    const engine = engines.open()
    const came = await Promise.all(
      encryptions.map(async (callee) => {
        const { port } = await engines.agent({ encryption: callee })
        return callAndWait(engine, { uri: `sip:x@127.0.0.1:${port}`, encryption: caller, durationMs: 1200 })
      }),
    )
    expect(came.map(({ outcome, media }) => media[0]?.encryption ?? outcome)).toEqual(outcomes[caller])
    for (const { outcome, verdict, findings } of came)
      expect([outcome, verdict.kind, findings.some(({ severity }) => severity === 'fault')]).toEqual(
        outcome === 'answered' ? ['answered', 'two-way-audio', false] : ['refused', 'not-answered', true],
      )
  })

  it.each(srtpSuites)('by %s carries our marker there and back, and reports of both sides', async (suite) => {
    const { port, ended } = await engines.agent({ encryption: 'required', srtpSuites: [suite] })
    const engine = engines.open()
    const args = { encryption: 'required' as const, srtpSuites: [...srtpSuites], durationMs: 2500 }
    const call = await callAndWait(engine, { uri: `sip:x@127.0.0.1:${port}`, ...args })
    expect(call.verdict.sentence).toMatch(/our marker came back/)
    expect(call.streams.every(({ rtcp }) => rtcp !== null)).toBe(true)
    const chosen = call.messages.flatMap(({ raw }) =>
      raw.startsWith('SIP/2.0 200') ? /a=crypto:\d (\S+)/.exec(raw) : [],
    )
    expect(chosen?.[1]).toBe(suite)
    await expect.poll(() => ended.length).toBe(1)
    expect(ended[0]!.observations?.filter(({ kind }) => kind === 'rtp-garbage') ?? []).toEqual([])
  })
})

/** A peer that takes RTP/SAVP only, and refuses everything else with 488; what each INVITE offered. */
async function strictPeer(): Promise<{ port: number; offers: string[] }> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  const offers: string[] = []
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  socket.on('message', (bytes, from) => {
    const message = parseSip(bytes)
    if (message.kind !== 'request' || message.method === 'ACK') return
    const media = findSession(message)?.session?.media ?? []
    if (message.method === 'INVITE') offers.push(media.map(({ protocol }) => protocol).join(' + '))
    const at = media.findIndex(({ protocol }) => protocol === 'RTP/SAVP')
    const status = message.method === 'INVITE' && at < 0 ? '488 Not Acceptable Here' : '200 OK'
    const key = Buffer.alloc(30, 5).toString('base64')
    const body =
      at < 0
        ? ''
        : [
            'v=0',
            'o=- 1 1 IN IP4 127.0.0.1',
            's=-',
            'c=IN IP4 127.0.0.1',
            't=0 0',
            ...media.flatMap((m, i) =>
              i === at
                ? ['m=audio 40000 RTP/SAVP 0', `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`]
                : `m=audio 0 ${m.protocol} 0`,
            ),
            '',
          ].join('\r\n')
    const copied = message.headers.filter(({ key: name }) => ['via', 'from', 'call-id', 'cseq'].includes(name))
    const to = header(message, 'to')!
    const lines = [
      `SIP/2.0 ${status}`,
      ...copied.map(({ name, value }) => `${name}: ${value}`),
      `To: ${to.includes(';tag=') ? to : `${to};tag=strict`}`,
      `Contact: <sip:strict@127.0.0.1:${port}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ]
    socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`, from.port, from.address)
  })
  return { port, offers }
}

describe('a trunk that takes RTP/SAVP only', () => {
  it('is called in two lines once it has refused one, and from then on at once', async () => {
    const { port, offers } = await strictPeer()
    const folder = mkdtempSync(join(tmpdir(), 'ringback-form-'))
    folders.push(folder)
    const engine = engines.open({ profile: folder })
    const trunk = { name: 'strict', address: `127.0.0.1:${port}`, encryption: 'allowed' } as const
    await engine.execute('trunk.save', { trunk, replace: false })
    const call = async () => callAndWait(engine, { uri: '15550100', trunk: 'strict', durationMs: 200 })
    expect(await call()).toMatchObject({ outcome: 'answered', media: [{ encryption: 'sdes' }] })
    expect(offers.splice(0)).toEqual(['RTP/AVP', 'RTP/SAVP + RTP/AVP'])
    expect(await engine.execute('trunk.list', {})).toMatchObject([{ name: 'strict', encryptionForm: 'two-lines' }])
    expect(await call()).toMatchObject({ outcome: 'answered', media: [{ encryption: 'sdes' }] })
    expect(offers).toEqual(['RTP/SAVP + RTP/AVP'])
  })
})
