import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { ringback } from '../harness/process.ts'

const run = (args: readonly string[]) => ringback(args).finished

describe('completion', () => {
  it('completes commands and options in bash', async () => {
    const { stdout } = await run(['completion', 'bash'])
    const complete = (...words: string[]) =>
      execFileSync('bash', [
        '-c',
        `${stdout}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}\n` +
          'compgen() { builtin compgen "$@"; }; _ringback; echo "${COMPREPLY[@]}"',
      ])
        .toString()
        .trim()
    expect(complete('ringback', 'ca')).toBe('call')
    expect(complete('ringback', 'trunk', 'im')).toBe('import')
    expect(complete('ringback', 'call', 'sip:a@b', '--ring')).toBe('--ring-timeout')
    expect(complete('ringback', 'trunk', 'add', '--addr')).toBe('--address')
    expect(complete('ringback', 'completion', '')).toBe('bash zsh fish')
    expect(complete('ringback', 'call', '--transport', 't')).toBe('tcp tls')
    expect(complete('ringback', 'agent', '--codecs', 'PCMU,op')).toBe('PCMU,opus')
    expect(complete('ringback', 'agent', '--persona', 'live')).toBe('livekit')
    expect(complete('ringback', 'agent', '--wrong', 'bye-4')).toBe('bye-481')
    expect(complete('ringback', 'call', 'sip:a@b', '--wrong', 'no-a')).toBe('no-ack')
    expect(complete('ringback', 'call', '--impair', 'jit')).toBe('jitter=')
    // Nothing of its own: the shell goes on to files.
    expect(complete('ringback', 'inspect', '')).toBe('')
  })

  it.each(['zsh', 'fish'])('there is a script for %s', async (shell) => {
    const { code, stdout } = await run(['completion', shell])
    expect(stdout).toContain('ringback')
    expect(stdout).toMatch(/ring-timeout/)
    expect(code).toBe(0)
  })
})
