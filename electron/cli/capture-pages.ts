import type { EngineClient } from '../../shared/contract/client.ts'
import type { CaptureLine, CaptureList, CapturePage } from '../../shared/contract/captures.ts'
import type { CaptureView } from '../../shared/contract/views.ts'

// An opened capture piece by piece: the next is drawn while the last is printed, and none is kept.

const linesAtOnce = 100

export function pagesOf(engine: EngineClient, { id }: CaptureView, of: CaptureList): AsyncGenerator<CapturePage> {
  return ahead(
    (offset) => engine.execute('capture.page', { id, of, offset }),
    ({ next }) => next,
  )
}

/** Its calls, then registrations, other dialogs and streams of no call. */
export function linesOf(engine: EngineClient, capture: CaptureView): AsyncGenerator<readonly CaptureLine[]> {
  const { id, calls, registrations, dialogs, unmatchedStreams } = capture
  const all = calls + registrations + dialogs + unmatchedStreams
  return ahead(
    (offset) => engine.execute('capture.list', { id, offset, limit: linesAtOnce }),
    (lines, offset) => (lines.length > 0 && offset + lines.length < all ? offset + lines.length : null),
  )
}

async function* ahead<Page>(
  get: (offset: number) => Promise<Page>,
  nextOf: (page: Page, offset: number) => number | null,
): AsyncGenerator<Page> {
  let offset = 0
  for (let coming: Promise<Page> | null = get(offset); coming;) {
    const page: Page = await coming
    const next = nextOf(page, offset)
    coming = next === null ? null : get((offset = next))
    // Whoever waits for it hears of it.
    coming?.catch(() => {})
    yield page
  }
}
