import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { trunkSchema, type Trunk } from '../../shared/contract/commands.ts'
import { readTrunkFile, trunkFile } from '../../shared/contract/trunk-file.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { selfSigned } from '../../electron/engine/sip/transport/self-signed.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { startNameServer } from '../harness/name-server.ts'

const engines = new Engines()
let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ringback-trunk-'))))
afterEach(async () => {
  await engines.close()
  rmSync(folder, { recursive: true })
})

/** An engine with a stored trunk `t`. */
async function withTrunk(settings: Partial<Trunk>) {
  const engine = engines.open({ profile: join(folder, 'profile') })
  const trunk = trunkSchema.parse({ name: 't', address: '', ...settings })
  await engine.execute('trunk.save', { trunk, replace: false })
  return engine
}

describe('a stored trunk', () => {
  it('is looked for at its own name servers, by a call and by its check', async () => {
    const agent = await engines.agent()
    const names = await startNameServer({
      '_sip._udp.trunk.example': [
        {
          type: 'SRV',
          name: '_sip._udp.trunk.example',
          ttl: 1,
          data: { priority: 1, weight: 1, port: agent.port, target: 'a.trunk.example' },
        },
      ],
      'a.trunk.example': [{ type: 'A', name: 'a.trunk.example', ttl: 1, data: '127.0.0.1' }],
    })
    try {
      const engine = await withTrunk({ address: 'trunk.example', nameServers: [names.address] })
      expect(await engine.execute('trunk.check', { name: 't' })).toMatchObject({ ok: true, status: { code: 200 } })
      const call = await callAndWait(engine, { uri: 'sip:x@trunk.example', trunk: 't', durationMs: 300 })
      expect(call.outcome).toBe('answered')
    } finally {
      names.close()
    }
  })

  it('that demands a certificate is shown the one that its settings name, or that is given for once', async () => {
    const [server, ours] = [await selfSigned('127.0.0.1'), await selfSigned('127.0.0.1')]
    const listener = createServer({ ...server, ca: [ours.cert], requestCert: true }, (socket) =>
      socket.on('data', (bytes: Buffer) => {
        const message = parseSip(bytes)
        if (message.kind !== 'request') return
        const copied = message.headers.filter(({ key }) => ['via', 'from', 'to', 'call-id', 'cseq'].includes(key))
        const lines = copied.map(({ name, value }) => `${name}: ${value}${name === 'To' ? ';tag=p' : ''}`)
        socket.write(`SIP/2.0 200 OK\r\n${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`)
      }),
    )
    listener.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    try {
      const address = `127.0.0.1:${(listener.address() as AddressInfo).port}`
      const engine = await withTrunk({ address, transport: 'tls', tlsCa: server.cert })
      const bare = await engine.execute('trunk.check', { name: 't' })
      expect([bare.ok, bare.sentence]).toEqual([false, expect.stringContaining('demands a certificate')])
      expect(await engine.execute('trunk.check', { name: 't', tlsIdentity: ours })).toMatchObject({ ok: true })
      const settings = { name: 't', address, transport: 'tls', tlsCa: server.cert }
      const trunk = trunkSchema.parse({ ...settings, tlsCert: ours.cert })
      await engine.execute('trunk.save', { trunk, tlsKey: ours.key, replace: true })
      // What is saved without a key keeps the one that is stored.
      await engine.execute('trunk.save', { trunk: { ...trunk, expiresS: 60 }, replace: true })
      expect(await engine.execute('trunk.check', { name: 't' })).toMatchObject({ ok: true })
      const listed = await engine.execute('trunk.list', {})
      expect(JSON.stringify(listed)).not.toContain('PRIVATE KEY')
      expect(readTrunkFile(trunkFile(listed), []).asked).toEqual(['the certificate of t with its key'])
      await engine.execute('trunk.save', { trunk: trunkSchema.parse(settings), replace: true })
      expect(await engine.execute('trunk.check', { name: 't' })).toMatchObject({ ok: false })
    } finally {
      listener.close()
    }
  })
})
