import { parseArgs } from 'node:util'
import buildWindow from '../harness/build-window.ts'
import { Faults, readFault } from './faults.ts'
import { fuzzAgent, fuzzShell, replayLive } from './fuzz-live.ts'
import { fuzzReaders, replayReader } from './fuzz-readers.ts'
import { readers } from './readers.ts'

// `npm run fuzz [-- SECONDS] [-- --seed N] [-- --only readers|agent|shell|NAME]`, `npm run fuzz -- --replay FILE`:
// hostile input for every reader, and for the running agent and shell.
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  allowPositionals: true,
  options: { seed: { type: 'string' }, only: { type: 'string' }, replay: { type: 'string' } },
})
const seconds = Number(positionals[0] ?? 60)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
if (!(seconds > 0) || !Number.isInteger(seed)) {
  process.stderr.write('npm run fuzz [-- SECONDS] [-- --seed N]: both are numbers\n')
  process.exit(2)
}
const faults = new Faults()
let inputs = 0

if (values.replay !== undefined) {
  const { reader, bytes } = readFault(values.replay)
  process.stdout.write(`${reader}, ${bytes.length} bytes\n`)
  inputs = 1
  if (readers.some(({ name }) => name === reader)) await replayReader(reader, bytes, faults)
  else await replayLive(reader, bytes, faults)
} else {
  process.stdout.write(`fuzz: ${seconds} s, seed ${seed}\n`)
  const only = values.only
  const one = readers.find(({ name }) => name === only)
  const wants = (part: string) => only === undefined || only === part || (part === 'readers' && one !== undefined)
  /** What the parts share the time by; what is left out leaves its time to the others. */
  const shares = { readers: 0.4, agent: 0.4, shell: 0.2 }
  const sum = Object.entries(shares).reduce((total, [part, share]) => total + (wants(part) ? share : 0), 0)
  const time = (part: keyof typeof shares) => (seconds * shares[part]) / sum
  if (wants('readers')) inputs += await fuzzReaders(seed, time('readers'), faults, one ? [one.name] : undefined)
  if (wants('agent')) inputs += await fuzzAgent(seed, time('agent'), faults)
  if (wants('shell')) {
    buildWindow()
    inputs += await fuzzShell(seed, time('shell'), faults)
  }
}
process.stdout.write('\n')
for (const line of faults.lines()) process.stdout.write(`${line}\n`)
process.stdout.write(`fuzz: ${inputs} inputs, ${faults.count} faults\n`)
process.exit(faults.count === 0 ? 0 : 1)
