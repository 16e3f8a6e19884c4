import { createInterface } from 'node:readline/promises'
import { InvalidArgumentError, type Command } from 'commander'
import { visible } from '../../../shared/base/text.ts'
import { changeSchema, type Change } from '../../../shared/contract/change.ts'
import type { EngineClient } from '../../../shared/contract/client.ts'
import { encryptions } from '../../../shared/model/encryption.ts'
import { transportNames } from '../../../shared/model/transport.ts'
import { mostProofCalls, type Proof, type ProofPlan, type Prove } from '../../../shared/contract/proof.ts'
import { usage } from '../../engine/base/errors.ts'
import { given } from '../arguments.ts'
import { headersOf, withHeaders, type HeaderOptions } from '../headers.ts'
import { parseCodecs, parsePtime } from '../options.ts'
import { print, printJson } from '../output.ts'
import { exitCode, readPassword, withEngine, type CommonOptions } from '../session.ts'
import { tableLines } from '../table.ts'
import { Paint } from '../terminal.ts'
import { idOf, whichCall } from '../which-call.ts'

interface ProveOptions extends CommonOptions, HeaderOptions {
  readonly change?: Change
  readonly finding?: string
  readonly maxCalls?: number
  readonly user?: string
  readonly passwordEnv?: string
  readonly yes?: boolean
}

const changes =
  `transport=${transportNames.join('|')}, ` +
  `encryption=${encryptions.join('|')}, ` +
  'codecs=LIST, number=+|NUMBER, headers=off|NAMES, ' +
  'digest=on|off, caller-id=NUMBER|URI, local-address=ADDRESS, ptime=MS'

/** `transport=tcp`: one thing, and what it is to be. */
export function parseChange(text: string): Change {
  const equals = text.indexOf('=')
  const [what, value] = [text.slice(0, Math.max(0, equals)), text.slice(equals + 1)]
  const change = changeSchema.safeParse({ what, to: valueOf(what, value) })
  if (!change.success) throw new InvalidArgumentError(`"${text.slice(0, 80)}" is no change: write one of ${changes}.`)
  return change.data
}

function valueOf(what: string, value: string): unknown {
  switch (what) {
    case 'codecs':
      return parseCodecs(value)
    case 'headers':
      return value === 'off' ? [] : value.split(',').map((name) => name.trim())
    case 'ptime':
      return parsePtime(value)
    default:
      return value
  }
}

function parseMaxCalls(text: string): number {
  const calls = Number(text)
  if (!/^\d$/.test(text) || calls < 1 || calls > mostProofCalls)
    throw new InvalidArgumentError(`give a number from 1 to ${mostProofCalls}.`)
  return calls
}

export function addProve(program: Command, finish: (code: number) => void): Command {
  return withHeaders(
    program
      .command('prove')
      .argument('<id>', whichCall)
      .description('call again with one thing changed, and say whether that was the cause of the failure'),
    'a secret header of the call again',
  )
    .option('--change <what=value>', `what to change (else what the diagnosis names): ${changes}`, parseChange)
    .option('--finding <rule>', 'the finding to prove, by its rule')
    .option('--max-calls <n>', 'how many calls may be placed', parseMaxCalls, mostProofCalls)
    .option('--user <name>', 'the digest user')
    .option('--password-env <name>', 'the environment variable that holds the password')
    .option('--yes', 'place the calls to another computer without asking')
    .addHelpText(
      'after',
      `
The call is placed once with the change. Where it goes through then, it is placed once more as it was: only when that
fails again is the cause proven. Each call is one of its own in the history.

Examples:
  ringback prove latest
  ringback prove ID --change encryption=required --yes
  ringback prove ID --change number=+ --max-calls 1 --json`,
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ProveOptions>()
      const args = given({
        change: options.change,
        rule: options.finding,
        maxCalls: options.maxCalls,
        user: options.user,
        password: await readPassword(options.passwordEnv, options.user),
        headers: headersOf(options),
      }) as Omit<Prove, 'id'>
      finish(
        await withEngine(options, true, async (engine, interrupted) =>
          prove(engine, { ...args, id: await idOf(engine, id) }, options, interrupted),
        ),
      )
    })
}

async function prove(
  engine: EngineClient,
  args: Prove,
  options: ProveOptions,
  interrupted: Promise<void>,
): Promise<number> {
  const plan = await engine.execute('call.proofPlan', args)
  if (plan.asks && !options.yes && !(await isConfirmed(plan))) return exitCode.fault
  const paint = new Paint(options)
  if (!options.json) print(paint.dim(visible(plan.sentence)))
  const calls = options.json ? null : progress(engine)
  const proof = await Promise.race([
    engine.execute('call.prove', { ...args, confirmed: true }),
    interrupted.then(() => null),
  ])
  calls?.end()
  if (!proof) return exitCode.interrupted
  if (options.json) await printJson(proof)
  else for (const line of proofLines(proof, paint)) print(line)
  return proof.result === 'cause-proven' ? exitCode.ok : exitCode.fault
}

/** A line for each call that ends. */
function progress(engine: EngineClient) {
  return engine.subscribe({ reports: 'ended' }, ({ changes }) => {
    for (const change of changes)
      if (change.kind === 'report' && change.ended && change.report.placed)
        print(`call ${change.report.id} is over: ${visible(change.report.verdict.sentence)}`)
  })
}

/** Asks on a terminal. Throws RingbackError (usage) where there is none. */
async function isConfirmed({ sentence }: ProofPlan): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw usage(`${sentence}; nobody is here to be asked`, { code: 'confirm-calls' })
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`${visible(sentence)}. Go on? [y/N] `)
  lines.close()
  return /^y(?:es)?$/i.test(answer.trim())
}

const titles = { before: 'before', changed: 'changed', unchanged: 'as it was' } as const

function proofLines({ calls, differed, result, sentence }: Proof, paint: Paint): string[] {
  const rows = calls.map(({ role, id, outcome, status, verdict }) => [
    titles[role],
    id,
    `${outcome}${status ? ` ${status.code}` : ''}`,
    verdict.sentence,
  ])
  const differences = differed.map(({ what, before, changed }) => [what, before, changed])
  const colour = result === 'cause-proven' ? paint.green : result === 'not-the-cause' ? paint.red : paint.yellow
  return [
    '',
    ...aligned([['call', 'id', 'outcome', 'verdict'], ...rows], paint),
    '',
    ...aligned([['what differed', 'unchanged', 'changed'], ...differences], paint),
    '',
    colour(visible(sentence)),
  ]
}

/** Rows under a heading, in columns. */
function aligned(rows: readonly (readonly string[])[], paint: Paint): string[] {
  const [head, ...lines] = tableLines(rows.map((row) => row.map(visible)))
  return [paint.dim(head!), ...lines]
}
