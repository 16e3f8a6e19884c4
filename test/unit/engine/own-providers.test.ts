import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Engine } from '../../../electron/engine/engine.ts'
import { readOwnProviders } from '../../../electron/engine/store/own-providers.ts'
import { setOwnProviders } from '../../../shared/providers/index.ts'

let profile = ''
beforeEach(() => {
  profile = mkdtempSync(join(tmpdir(), 'ringback-providers-'))
  mkdirSync(join(profile, 'providers'))
})
afterEach(() => {
  setOwnProviders([])
  rmSync(profile, { recursive: true })
})
const write = (name: string, text: string) => writeFileSync(join(profile, 'providers', name), text)
const good = { name: 'Acme', kind: 'trunk', source: 'contract', asOf: '2026-11' }

describe('a file of a provider of one’s own', () => {
  it.each<[string, string, RegExp]>([
    [
      'no JSON',
      '{\n  "name": "A",\n  "kind": trunk\n}',
      /^providers\/a\.json, line 3: this is no JSON: a value is due, not t\.$/,
    ],
    ['cut off', '{\n  "name": "A",\n', /line 3: this is no JSON: .*end of the file/],
    ['a text without its end', '{"name": "A\n"}', /line 1: this is no JSON: .*closing quote/],
    ['a comma too much', '{"a": 1,\n}', /line 2: .*name in double quotes is due, not }/],
    ['more after its end', '{}\n{}', /line 2: .*follows the end/],
    ['the same field twice', '{"a": 1,\n"a": 2}', /line 2: .*"a" stands twice/],
    ['far too deep', '['.repeat(100_000), /line 1: .*nested more than 64 deep/],
    ['a number that is none', '{"a": 01}', /01 is no number/],
    ['another escape', '{"a": "\\x"}', /escape that JSON has not/],
    ['empty', '', /line 1: .*end of the file/],
    ['a list', '[]', /line 1: .*expected object/],
    ['without a source', '{"name": "A", "kind": "trunk",\n"asOf": "2026"}', /line 1: source: .*string/],
    ['a date that is none', JSON.stringify({ ...good, asOf: 'May' }, null, 1), /line 5: asOf: a date is a year/],
    [
      'a field that is unknown',
      JSON.stringify({ ...good, adress: 'x' }, null, 1),
      /line 6: adress: there is no such field/,
    ],
    [
      'a block that is none',
      JSON.stringify({ ...good, addresses: [{ cidr: '1.2.3.4/33', use: 'any' }] }, null, 1),
      /line 8: addresses\.0\.cidr: is no address and no block/,
    ],
    [
      'a refusal that nothing tells',
      JSON.stringify({ ...good, refusals: [{ refusedBy: 'acl', cause: 'x', next: 'Y.' }] }, null, 1),
      /line 7: refusals\.0: a refusal is known by/,
    ],
  ])('%s is explained by file, line and field', (_what, text, says) => {
    write('a.json', text)
    const { providers, problems } = readOwnProviders(profile)
    expect(providers).toEqual([])
    expect(problems[0]).toMatch(says)
  })

  it('that is bad leaves the others as they are, and the engine runs', async () => {
    write('a.json', '{')
    write('b.json', `\ufeff${JSON.stringify({ ...good, domains: ['sip.acme.example'] })}`)
    write('c.json', JSON.stringify({ ...good, name: 'acme' }))
    write('d.txt', 'no')
    mkdirSync(join(profile, 'providers', 'e.json'))
    symlinkSync('/dev/zero', join(profile, 'providers', 'f.json'))
    write('g.json', `"${'x'.repeat(1024 * 1024)}"`)
    const engine = new Engine({ profile })
    const { providers, problems } = await engine.execute('provider.list', {})
    expect(providers.filter(({ yours }) => yours).map(({ name }) => name)).toEqual(['Acme'])
    expect(problems).toHaveLength(5)
    expect(problems.join()).toMatch(
      /another provider "acme" of yours.*e\.json is no file.*f\.json is no file.*g\.json has/,
    )
    expect(engine.notices).toEqual(expect.arrayContaining(problems))
    expect((await engine.execute('provider.address', { address: 'x.sip.acme.example:5060' })).owners).toMatchObject([
      { provider: 'Acme', by: 'sip.acme.example', yours: true },
    ])
    await expect(engine.execute('provider.address', { address: 'x y' })).rejects.toThrow(/is no address/)
    await engine.close()
  })

  it('is read anew when it is asked for, and no folder at all is no fault', async () => {
    const engine = new Engine({ profile })
    write('a.json', JSON.stringify(good))
    expect((await engine.execute('provider.list', {})).providers.map(({ name }) => name)).toContain('Acme')
    rmSync(join(profile, 'providers'), { recursive: true })
    const after = await engine.execute('provider.list', {})
    expect(after.providers.map(({ name }) => name)).not.toContain('Acme')
    expect(after.problems).toEqual([])
    await engine.close()
  })
})
