import type { Command } from 'commander'
import { count, visible } from '../../../shared/base/text.ts'
import { readTrunkFile, trunkFile } from '../../../shared/contract/trunk-file.ts'
import { writeWhole } from '../../engine/base/durable.ts'
import { RingbackError } from '../../engine/base/errors.ts'
import { print, printJson, warn, write } from '../output.ts'
import { exitCode, withEngine, type CommonOptions } from '../session.ts'
import { readText } from '../text-file.ts'

const mostBytes = 16 * 1024 * 1024

/** Trunks as a file, to bring to another machine: the window reads and writes the same one. */
export function addTrunkExchange(trunk: Command, finish: (code: number) => void): Command[] {
  const exported = trunk
    .command('export')
    .argument('[file]', 'where to (default: standard output)')
    .description('write all trunks, without passwords and secret values, as a file for import')
    .addHelpText(
      'after',
      '\nExamples:\n  ringback trunk export trunks.json\n  ringback trunk export | ssh other ringback trunk import -',
    )
    .action(async (file: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, true, async (engine) => {
          const text = trunkFile(await engine.execute('trunk.list', {}))
          if (file === undefined) write(text)
          else {
            writeWhole(file, [text])
            if (options.json) await printJson({ file })
            else print(`wrote ${visible(file)}`)
          }
          return exitCode.ok
        }),
      )
    })
  const imported = trunk
    .command('import')
    .argument('<file>', 'what export wrote; - is standard input')
    .description('store the trunks of a file; those of the same name are replaced and keep their passwords')
    .addHelpText('after', '\nExamples:\n  ringback trunk import trunks.json')
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const text = readText(file === '-' ? 0 : file, file, mostBytes)
      finish(
        await withEngine(options, true, async (engine) => {
          const known = await engine.execute('trunk.list', {})
          const { trunks, asked, problems } = readTrunkFile(text, known)
          const stored: string[] = []
          const failed = [...problems]
          for (const one of trunks) {
            try {
              await engine.execute('trunk.save', { trunk: one, replace: known.some(({ name }) => name === one.name) })
              stored.push(one.name)
            } catch (error) {
              if (!(error instanceof RingbackError)) throw error
              failed.push(`${one.name}: ${error.message}`)
            }
          }
          for (const problem of failed) warn(`not stored: ${problem}`)
          if (options.json) await printJson({ stored, asked, failed })
          else {
            print(`stored ${count(stored.length, 'trunk')}${stored.length > 0 ? `: ${stored.join(', ')}` : ''}`)
            if (asked.length > 0) print(visible(`to be set here (ringback trunk set): ${asked.join('; ')}`))
          }
          return failed.length > 0 ? exitCode.usage : exitCode.ok
        }),
      )
    })
  return [exported, imported]
}
