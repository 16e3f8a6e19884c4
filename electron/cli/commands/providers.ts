import type { Command } from 'commander'
import { z } from 'zod'
import { addressOwnersSchema, listedProviderSchema, type AddressOwners } from '../../../shared/contract/providers.ts'
import { usage } from '../../engine/base/errors.ts'
import { print, printJson } from '../output.ts'
import { factLines, summaryLines } from '../provider-lines.ts'
import { exitCode, withEngine, type CommonOptions } from '../session.ts'

export function addProviders(program: Command, finish: (code: number) => void): Command {
  return program
    .command('providers')
    .argument('[name]', 'one of them, or a word of their names')
    .option('--address <address>', 'whose address that is, by the ranges and domains that they publish')
    .description('what is known of providers, with source and date; your own stand in providers/*.json of the profile')
    .addHelpText(
      'after',
      '\nExamples:\n  ringback providers\n  ringback providers pbx --json\n  ringback providers --address 54.172.60.1' +
        '\n\nExit code 1: the address is of no provider that is known here.',
    )
    .action(async (name: string | undefined, { address }: { address?: string }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      finish(
        await withEngine(options, false, async (engine) => {
          const { providers } = await engine.execute('provider.list', {})
          const exact = providers.filter((one) => one.name.toLowerCase() === name?.toLowerCase())
          const found =
            name === undefined
              ? providers
              : exact.length > 0
                ? exact
                : providers.filter((one) =>
                    one.name
                      .toLowerCase()
                      .split(/[^a-z0-9]+/)
                      .includes(name.toLowerCase()),
                  )
          if (found.length === 0)
            throw usage(`${name}: no such provider; there are ${providers.map((one) => one.name).join(', ')}`)
          if (address !== undefined) {
            const all = await engine.execute('provider.address', { address })
            const owners = all.owners.filter(({ provider }) => found.some((one) => one.name === provider))
            if (options.json) await printJson(addressOwnersSchema.parse({ ...all, owners }))
            else for (const line of ownerLines({ ...all, owners }, name)) print(line)
            return owners.length > 0 ? exitCode.ok : exitCode.fault
          }
          if (options.json) await printJson(z.array(listedProviderSchema).parse(found))
          else
            for (const [i, provider] of found.entries())
              print(`${i > 0 ? '\n' : ''}${(name === undefined ? summaryLines : factLines)(provider).join('\n')}`)
          return exitCode.ok
        }),
      )
    })
}

function ownerLines({ address, owners }: AddressOwners, name: string | undefined): string[] {
  if (owners.length === 0)
    return [`${address} is in no range and no domain that ${name ?? 'a provider known here'} is known to publish`]
  return owners.map(
    ({ provider, by, use, region, source, asOf }) =>
      `${address} is of ${provider}: ${by}${use === 'any' ? '' : `, ${use}`}${region ? `, ${region}` : ''}, ` +
      `as ${source} says, read ${asOf}`,
  )
}
