import { afterEach } from 'vitest'
import { lasting, reap } from './process.ts'

const watched = new Set(['UDPWRAP', 'TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap'])
const patienceMs = 3000

function open(): string[] {
  const names = process.getActiveResourcesInfo().filter((name) => watched.has(name))
  for (let i = 0; i < lasting.processes && names.includes('ProcessWrap'); i++)
    names.splice(names.indexOf('ProcessWrap'), 1)
  return names
}

// After each test no socket and no process may be left.
afterEach(async () => {
  const running = await reap()
  for (let waited = 0; open().length > 0 && waited < patienceMs; waited += 20)
    await new Promise((resolve) => setTimeout(resolve, 20))
  if (running.length > 0) throw new Error(`left running after the test: ${running.join('; ')}`)
  const left = open()
  if (left.length > 0) throw new Error(`left open after the test: ${left.join(', ')}`)
})
