import type { CallRecords } from '../calls/call-records.ts'
import { fits, type History } from '../history.ts'
import type { Handlers } from './handlers.ts'

export function historyHandlers(history: History, records: CallRecords): Handlers<'history'> {
  return {
    'history.list': (query) => {
      const live = records.all().filter(({ endedAt }) => endedAt === null)
      const fitting = query.query === '' ? live : live.filter((record) => fits(record.report(), query.query))
      return {
        ...history.list({ ...query, except: live.map(({ id }) => id) }),
        live: fitting.map(({ id }) => id),
      }
    },
    'history.show': ({ id }) => history.show(id),
  }
}
