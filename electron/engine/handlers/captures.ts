import type { Captures } from '../captures/open-capture.ts'
import type { Files } from '../files.ts'
import type { Handlers } from './handlers.ts'

export function captureHandlers(captures: Captures, files: Files): Handlers<'capture'> {
  return {
    'capture.open': ({ files: names }) =>
      files.using(names, async (paths, named) => {
        const report = await captures.open(paths)
        return { ...report, files: report.files.map(named), problems: report.problems.map(named) }
      }),
  }
}
