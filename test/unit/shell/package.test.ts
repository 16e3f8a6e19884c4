import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DebugLogger } from 'builder-util'
import { validateConfiguration } from 'app-builder-lib/out/util/config/config.js'
import type { Configuration } from 'electron-builder'
import { describe, expect, it } from 'vitest'
import { root } from '../../harness/process.ts'

const config = () => JSON.parse(readFileSync(join(root, 'build/electron-builder.json'), 'utf8')) as Configuration
const icon = (name: string) => readFileSync(join(root, 'build/icons', name))

describe('the packaging', () => {
  it('is a configuration that electron-builder accepts', async () => {
    await validateConfiguration(config(), new DebugLogger(false))
    await expect(
      validateConfiguration({ ...config(), electronFuse: {} } as Configuration, new DebugLogger(false)),
    ).rejects.toThrow(/electronFuse/)
  })

  it('makes what people install on each system, with sip: and tel: links and the fuses closed', () => {
    const { linux, mac, win, protocols, electronFuses } = config()
    expect([linux!.target, mac!.target, win!.target]).toEqual([['AppImage', 'deb'], ['dmg'], ['nsis']])
    expect(protocols).toEqual([{ name: 'Call with Ringback', schemes: ['sip', 'sips', 'tel'] }])
    expect(electronFuses).toMatchObject({
      runAsNode: false,
      onlyLoadAppFromAsar: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
    })
  })

  it('has the icon in every size', () => {
    for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
      const png = icon(`linux/${size}x${size}.png`)
      expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(['PNG', size, size])
    }
    const ico = icon('icon.ico')
    expect([ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([1, 7])
    const icns = icon('icon.icns')
    expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length])
  })
})
