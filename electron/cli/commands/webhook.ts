import { watchFile, unwatchFile } from 'node:fs'
import { Option, type Command } from 'commander'
import { count, visible } from '../../../shared/base/text.ts'
import { mergeWebhook } from '../../../shared/contract/merge.ts'
import type { StartWebhook, WebhookRequestView, WebhookView } from '../../../shared/contract/webhook.ts'
import { webhookPlayNames, webhookPlays, type WebhookPlay } from '../../../shared/model/webhook-plays.ts'
import { personas } from '../../../shared/providers/personas/index.ts'
import { explainError, usage } from '../../engine/base/errors.ts'
import { JsonFault, readJsonLines } from '../../engine/base/json-lines.ts'
import { given } from '../arguments.ts'
import { collect, parseCount, parseWhole } from '../options.ts'
import { print, printLine, warn } from '../output.ts'
import { readDefinition, readPlay, type PersonaOptions } from '../persona.ts'
import { exitCode, withEngine, type CommonOptions } from '../session.ts'
import { Paint } from '../terminal.ts'
import { readText } from '../text-file.ts'
import { WebhookLines } from '../webhook-lines.ts'

interface WebhookOptions extends CommonOptions, Pick<PersonaOptions, 'persona' | 'config'> {
  readonly port?: number
  readonly answer?: string
  readonly delay?: number
  readonly fault?: WebhookPlay
  readonly act?: NonNullable<StartWebhook['act']>
  readonly requests?: number
}

/** Those that ask a webhook. */
const hooked = personas.filter(({ hook }) => hook !== undefined).map(({ name }) => name)
const mostBytes = 1024 * 1024
const lookEveryMs = 500

export function addWebhook(program: Command, finish: (code: number) => void): Command {
  return program
    .command('webhook')
    .description('a webhook on this computer for a persona to ask: it writes down who asks, and answers as it is told')
    .option('--persona <name>', 'whose webhook it is: its answer is checked as that persona checks it')
    .option(
      '--config <file>',
      'the configuration of the agent that asks it: its URL, its secrets (repeatable)',
      collect,
    )
    .option('--port <port>', 'on 127.0.0.1 (default: that of the configuration, or any)', parseWhole)
    .option('--answer <file>', 'the JSON that it answers with, read again when it changes (default: one that is right)')
    .option('--delay <ms>', 'wait so long before it answers (default: 0)', parseWhole)
    .addOption(new Option('--fault <name>', 'what it does wrong on purpose (names below)').choices(webhookPlayNames))
    .option(
      '--act <action>',
      'accept, reject:CODE or nothing: what it calls where calls are accepted by their owner (default: accept)',
      parseAct,
    )
    .option('--requests <n>', 'stop after so many requests (default: when interrupted)', parseCount)
    .addHelpText(
      'after',
      `
Examples:
  ringback webhook --persona ${hooked[0]} --config agent.json
  ringback webhook --persona ${hooked[0]} --config agent.json --answer answer.json --delay 3000
  ringback webhook --persona ${hooked.at(-1)} --config agent.json --act reject:486
  ringback webhook --port 8080 --fault html

Wrong on purpose:
${Object.entries(webhookPlays)
  .map(([name, what]) => `  ${name.padEnd(10)}  ${what}`)
  .join('\n')}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<WebhookOptions>()
      const definition = readDefinition(options)
      const settings = () =>
        given({
          answer: options.answer === undefined ? undefined : readAnswer(options.answer),
          delayMs: options.delay,
          fault: options.fault,
          act: options.act,
        })
      const persona = definition && readPlay(definition, options)
      const args = given({ port: options.port, persona, ...settings() }) as StartWebhook
      finish(
        await withEngine(options, false, async (engine, interrupted) => {
          let stop: () => void
          const enough = new Promise<void>((resolve) => (stop = resolve))
          const lines = new WebhookLines(new Paint(options))
          let known: WebhookView | undefined
          const show = async (webhook: WebhookView) => {
            const missed = lines.missed(webhook)
            if (missed > 0) warn(`${count(missed, 'request')} came too fast to be shown`)
            for (const request of lines.fresh(webhook)) {
              await showRequest(request, lines, options)
              if (options.requests !== undefined && request.number >= options.requests) stop()
            }
            if (!options.json) for (const line of lines.faults(webhook)) warn(line)
          }
          const subscription = engine.subscribe({ reports: 'watched' }, async ({ changes }) => {
            for (const change of changes)
              if (change.kind === 'webhook') await show((known = mergeWebhook(known, change.webhook)))
          })
          const { id, url } = await engine.execute('webhook.start', args)
          if (options.json) await printLine({ type: 'listening', url } as { type: string })
          else print(`listening at ${url}`)
          const again = async () => {
            try {
              await engine.execute('webhook.set', { id, ...settings() })
              if (!options.json) print(`answers from now on with ${options.answer} as it is now`)
            } catch (error) {
              warn(`warning: ${explainError(error)}: the answer stays as it was`)
            }
          }
          if (options.answer !== undefined) watchFile(options.answer, { interval: lookEveryMs }, again)
          await Promise.race([enough, interrupted])
          if (options.answer !== undefined) unwatchFile(options.answer, again)
          await engine.execute('webhook.stop', { id })
          subscription.end()
          return exitCode.ok
        }),
      )
    })
}

async function showRequest(request: WebhookRequestView, lines: WebhookLines, { json = false }: WebhookOptions) {
  if (json) return printLine({ type: 'request', request } as { type: string })
  for (const line of lines.of(request)) print(line)
}

function readAnswer(file: string): unknown {
  const text = readText(file, `the answer ${file}`, mostBytes)
  try {
    return readJsonLines(text).value
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    throw usage(`${file}, line ${error.line}: this is no JSON: ${visible(error.message)}`)
  }
}

function parseAct(text: string): NonNullable<StartWebhook['act']> {
  if (text === 'accept' || text === 'nothing') return { kind: text }
  const code = Number(/^reject:([3-6]\d\d)$/.exec(text)?.[1] ?? 0)
  if (code > 0) return { kind: 'reject', status: code }
  throw usage(`--act ${visible(text)}: it is accept, reject:CODE with a code from 300 to 699, or nothing`)
}
