import type { CallBook } from '../calls/call-book.ts'
import { fits, type History } from '../history.ts'
import type { Handlers } from './handlers.ts'

export function historyHandlers(history: History, book: CallBook): Handlers<'history'> {
  return {
    'history.list': (query) => {
      const live = book.all().filter(({ endedAt }) => endedAt === null)
      const fitting = query.query === '' ? live : live.filter((booked) => fits(book.report(booked), query.query))
      return {
        ...history.list({ ...query, except: live.map(({ trace }) => trace.id) }),
        live: fitting.map(({ trace }) => trace.id),
      }
    },
    'history.show': ({ id }) => history.show(id),
  }
}
