import type { OpenedCaptures } from '../captures/opened-captures.ts'
import type { Files } from '../files.ts'
import type { Handlers } from './handlers.ts'

export function captureHandlers(captures: OpenedCaptures, files: Files): Handlers<'capture'> {
  return {
    'capture.open': (args) => files.using(args.files, (paths, named) => captures.open(paths, named)),
    'capture.report': ({ id }) => captures.report(id),
    'capture.calls': ({ id, offset, limit }) => captures.views(id, offset, limit),
    'capture.close': ({ id }) => {
      captures.close(id)
      return {}
    },
  }
}
