import { meterOf } from '../../electron/engine/media/codec/index.ts'
import type { RelatedCall } from '../../shared/contract/report.ts'
import type { CallProjection } from '../../electron/engine/trace/facts/call-projection.ts'
import type { CallTrace } from '../../electron/engine/trace/journal/call-trace.ts'
import { loadCaptures, type LoadedCapture } from '../../electron/engine/trace/capture/load.ts'

/** A capture with everything in it looked at. */
export interface Opened extends Omit<LoadedCapture, 'calls' | 'registrations' | 'dialogs'> {
  readonly calls: readonly CallProjection[]
  readonly registrations: readonly CallTrace[]
  readonly dialogs: readonly CallTrace[]
  /** Of each call, its other legs. */
  readonly related: readonly (readonly RelatedCall[])[]
}

/** Reads captures and opens all that is in them. Throws RingbackError as loadCaptures does. */
export async function openCaptures(...paths: readonly string[]): Promise<Opened> {
  const loaded = await loadCaptures(paths, meterOf)
  const opened = {
    ...loaded,
    calls: loaded.calls.map((call) => call.open()),
    registrations: loaded.registrations.map((registration) => registration.open().trace),
    related: loaded.calls.map((call) => call.related()),
    dialogs: loaded.dialogs.map((dialog) => dialog.open().trace),
  }
  loaded.close()
  return opened
}
