import type { EngineClient } from '../../shared/contract/client.ts'
import { usage } from '../engine/base/errors.ts'

/** What stands for a call of the history on a command line. */
export const whichCall = 'the id of a call as history list shows it, or latest'

/** `latest` is the newest call. Throws RingbackError (usage) where there is none. */
export async function idOf(engine: EngineClient, id: string): Promise<string> {
  if (id !== 'latest') return id
  const [newest] = (await engine.execute('history.list', { limit: 1 })).entries
  if (!newest) throw usage('there are no calls yet')
  return newest.id
}
