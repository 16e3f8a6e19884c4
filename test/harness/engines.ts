import { Engine, type EngineOptions } from '../../electron/engine/engine.ts'
import type { PlaceCall, StartAgent } from '../../shared/contract/commands.ts'
import type { CallReport } from '../../shared/contract/report.ts'

/** Engines of one test: real sockets on loopback, no profile folder. */
export class Engines {
  readonly #open: Engine[] = []

  open(options: Partial<EngineOptions> = {}): Engine {
    const engine = new Engine({ profile: null, ...options })
    this.#open.push(engine)
    return engine
  }

  async agent(args: Partial<StartAgent> = {}, options: Partial<EngineOptions> = {}): Promise<{ engine: Engine; id: string; port: number; ended: CallReport[] }> {
    const engine = this.open(options)
    const ended: CallReport[] = []
    engine.subscribe({ live: false }, ({ changes }) => {
      for (const change of changes) if (change.kind === 'call' && change.ended) ended.push(change.report)
    })
    const { id, addresses } = await engine.execute('agent.start', { listeners: [{ transport: 'udp', address: '127.0.0.1', port: 0 }], ...args })
    return { engine, id, port: addresses[0]!.port, ended }
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((engine) => engine.close()))
  }
}

/** Places a call and waits until the report fits. */
export function until(engine: Engine, id: string, fits: (report: CallReport) => boolean, timeoutMs = 15_000): Promise<CallReport> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      clearTimeout(timer)
      unsubscribe()
      settle()
    }
    const look = (report: CallReport) => report.id === id && fits(report) && done(() => resolve(report))
    const unsubscribe = engine.subscribe({ live: true }, ({ changes }) => {
      for (const change of changes) if (change.kind === 'call') look(change.report)
    })
    const timer = setTimeout(() => {
      const last = engine.snapshot().changes.find((change) => change.kind === 'call' && change.report.id === id)
      done(() => reject(new Error(`not in ${timeoutMs} ms: ${JSON.stringify(last)?.slice(0, 2000)}`)))
    }, timeoutMs)
    const now = engine.snapshot().changes.find((change) => change.kind === 'call' && change.report.id === id)
    if (now?.kind === 'call') look(now.report)
  })
}

export const over = (report: CallReport) => report.timeline.endedAt !== null && report.outcome !== 'in-progress'

export async function callAndWait(engine: Engine, args: PlaceCall): Promise<CallReport> {
  const { id } = await engine.execute('call.place', args)
  return until(engine, id, over, 45_000)
}
