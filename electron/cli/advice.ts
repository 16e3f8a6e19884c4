import type { EngineClient } from '../../shared/contract/client.ts'
import type { Trunk } from '../../shared/contract/commands.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'
import { visible } from '../../shared/base/text.ts'
import { dialAdvice, trunkAdvice } from '../../shared/providers/advice.ts'
import { providerOfTrunk } from '../../shared/providers/index.ts'
import { dialled } from '../../shared/words/dial.ts'
import { warn } from './output.ts'

/** What the provider says of how a trunk to it is set. */
export function sayOfTrunk(trunk: Trunk): void {
  const provider = providerOfTrunk(trunk)
  if (provider) for (const text of trunkAdvice(provider, trunk)) warn(`note: ${visible(text)}`)
}

/** What the provider that is called says of the number and the transport, before the call is placed. */
export async function sayOfCall(
  engine: EngineClient,
  { uri, trunk: name, transport, proxy }: PlaceCall,
): Promise<void> {
  const trunk =
    name === undefined ? undefined : (await engine.execute('trunk.list', {})).find((one) => one.name === name)
  const read = dialled(uri, trunk?.address ?? proxy ?? null)
  if (!('uri' in read)) return
  const provider = trunk ? providerOfTrunk(trunk) : null
  for (const text of dialAdvice(read.uri, provider, transport ?? trunk?.transport ?? null))
    warn(`note: ${visible(text)}`)
}
