import { describe, expect, it } from 'vitest'
import { keepRunning } from '../harness/kept.ts'
import { ringback, startAgent } from '../harness/process.ts'

const keep = keepRunning('SIGTERM')

describe('what is found of a call that goes on', () => {
  it('is told by the command line at once, not at the end', { timeout: 60_000 }, async () => {
    const agent = await keep(startAgent(['--wrong', 'illegal-hold', '--answer', 'tone']))
    const { stdout } = await ringback([
      ...['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '3', '--at', '500ms:hold'],
    ]).finished
    const lines = stdout.split('\n')
    const told = lines.findIndex((line) => /^ +\d\.\d{3} {2}! warning: .*sendrecv/.test(line))
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThan(lines.findIndex((line) => line.includes('BYE sip:')))
    expect(lines.findIndex((line) => line.startsWith('! warning:'))).toBeGreaterThan(told)
  })

  it('is told by an agent at once', { timeout: 60_000 }, async () => {
    const agent = await keep(Promise.resolve(ringback(['agent', '--listen', 'tcp:127.0.0.1:0', '--answer', 'tone'])))
    await agent.until(/listening on tcp 127\.0\.0\.1:\d+/)
    const port = /127\.0\.0\.1:(\d+)/.exec(agent.stdout)![1]!
    const caller = await keep(
      Promise.resolve(ringback(['call', `sip:x@127.0.0.1:${port};transport=tcp`, '--duration', '60'])),
    )
    await caller.until(/──▶ ACK/)
    await caller.stop('SIGKILL')
    await agent.until(/! warning: The signalling was cut/)
    expect(agent.stdout).not.toMatch(/answered 200/)
  })
})
