import type { Command } from 'commander'
import { z } from 'zod'
import { encryptionSchema } from '../../../shared/contract/place-call.ts'
import { transportNames } from '../../../shared/model/transport.ts'
import { providers } from '../../../shared/providers/index.ts'
import type { Provider } from '../../../shared/providers/provider.ts'
import { usage } from '../../engine/base/errors.ts'
import { print, printJson } from '../output.ts'
import { exitCode, type CommonOptions } from '../session.ts'

export const providerSchema = z.object({
  name: z.string(),
  source: z.string(),
  asOf: z.string().describe('year and month: what a provider publishes moves'),
  preset: z
    .object({
      address: z.string().describe('one that begins with a dot has a part of the customer’s own before it'),
      transport: z.enum(transportNames),
      encryption: encryptionSchema,
      authentication: z.enum(['digest', 'ip']),
    })
    .nullable(),
  limits: z.array(z.string()),
})

export function addProviders(program: Command, finish: (code: number) => void): Command {
  return program
    .command('providers')
    .argument('[name]', 'one of them')
    .description('what a trunk to a provider begins with and what it grants, with source and date')
    .addHelpText('after', '\nExamples:\n  ringback providers\n  ringback providers --json')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const found = providers
        .filter((provider) => name === undefined || provider.name.toLowerCase() === name.toLowerCase())
        .toSorted((a, b) => a.name.localeCompare(b.name))
      if (found.length === 0)
        throw usage(`${name}: no such provider; there are ${providers.map((one) => one.name).join(', ')}`)
      if (options.json) await printJson(z.array(providerSchema).parse(found))
      else for (const [i, provider] of found.entries()) print(`${i > 0 ? '\n' : ''}${describe(provider)}`)
      finish(exitCode.ok)
    })
}

function describe({ name, source, asOf, preset, limits }: Provider): string {
  const address = preset?.address.startsWith('.') ? `YOURS${preset.address}` : preset?.address
  return [
    name,
    ...(preset
      ? [
          `  address ${address}, transport ${preset.transport}, media encryption ${preset.encryption}, ` +
            `authentication ${preset.authentication}`,
        ]
      : []),
    ...limits.map((limit) => `  · ${limit}`),
    `  as ${source} says, read ${asOf}`,
  ].join('\n')
}
