import { Engine, type EngineOptions } from '../../electron/engine/engine.ts'
import type { StartAgent } from '../../shared/contract/commands.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'
import type { Subscription } from '../../shared/contract/client.ts'
import { mergeReport } from '../../shared/contract/merge.ts'
import type { CallReport } from '../../shared/contract/report.ts'

/** Engines of one test: real sockets on loopback, no profile folder. */
export class Engines {
  readonly #open: Engine[] = []

  open(options: Partial<EngineOptions> = {}): Engine {
    const engine = new Engine({ profile: null, ...options })
    this.#open.push(engine)
    return engine
  }

  async agent(
    args: Partial<StartAgent> = {},
    options: Partial<EngineOptions> = {},
  ): Promise<{ engine: Engine; id: string; port: number; ended: CallReport[] }> {
    const engine = this.open(options)
    const ended: CallReport[] = []
    engine.subscribe({ reports: 'ended' }, ({ changes }) => {
      for (const change of changes) if (change.kind === 'report') ended.push(change.report)
    })
    const { id, addresses } = await engine.execute('agent.start', {
      listeners: [{ transport: 'udp', address: '127.0.0.1', port: 0 }],
      ...args,
    })
    return { engine, id, port: addresses[0]!.port, ended }
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((engine) => engine.close()))
  }
}

/** Waits until the report of a call fits. */
export function until(
  engine: Engine,
  id: string,
  fits: (report: CallReport, ended: boolean) => boolean,
  timeoutMs = 15_000,
): Promise<CallReport> {
  return new Promise((resolve, reject) => {
    let report: CallReport | undefined
    let settled = false
    const settle = (then: () => void) => {
      settled = true
      clearTimeout(timer)
      subscription?.end()
      then()
    }
    const timer = setTimeout(
      () => settle(() => reject(new Error(`not in ${timeoutMs} ms: ${JSON.stringify(report)?.slice(0, 2000)}`))),
      timeoutMs,
    )
    let subscription: Subscription | null = null
    subscription = engine.subscribe({ reports: 'live' }, ({ changes }) => {
      for (const change of changes) {
        if (settled || change.kind !== 'report' || change.report.id !== id) continue
        report = mergeReport(report, change)
        if (fits(report, change.ended)) settle(() => resolve(report!))
      }
    })
    if (settled) subscription.end()
  })
}

export const over = (_report: CallReport, ended: boolean): boolean => ended

export async function callAndWait(engine: Engine, args: PlaceCall): Promise<CallReport> {
  const { id } = await engine.execute('call.place', args)
  return until(engine, id, over, 45_000)
}
