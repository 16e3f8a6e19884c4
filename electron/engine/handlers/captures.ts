import type { OpenedCaptures } from '../captures/opened-captures.ts'
import type { Files } from '../files.ts'
import type { Handlers } from './handlers.ts'

export function captureHandlers(captures: OpenedCaptures, files: Files): Handlers<'capture'> {
  return {
    'capture.open': ({ files: names, keylog, wait, growing }) =>
      files.using(keylog === undefined ? names : [...names, keylog], (paths, named) =>
        captures.open(paths.slice(0, names.length), paths[names.length] ?? null, named, wait, growing),
      ),
    'capture.grown': ({ id, whole }) => {
      captures.grown(id, whole)
      return {}
    },
    'capture.stop': ({ id }) => {
      captures.stop(id)
      return {}
    },
    'capture.list': ({ id, offset, limit, legs }) => captures.lines(id, offset, limit, legs),
    'capture.page': ({ id, of, offset }) => captures.page(id, of, offset),
    'capture.find': ({ id, call }) => captures.find(id, call),
    'capture.report': ({ id }) => captures.report(id),
    'capture.calls': ({ id, offset, limit }) => captures.views(id, offset, limit),
    'capture.close': ({ id }) => {
      captures.close(id)
      return {}
    },
  }
}
