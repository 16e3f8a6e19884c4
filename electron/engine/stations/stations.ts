import type { BudgetUsage } from '../../../shared/contract/state.ts'
import { usageOf } from '../base/budgets.ts'
import { Station, type StationDeps, type StationOptions, type StationPolicy, type TraceOwner } from './station.ts'

/** Every SIP element of the engine that is open. */
export class Stations {
  readonly #deps: StationDeps
  readonly #owner: TraceOwner
  readonly #open = new Set<Station>()

  constructor(deps: StationDeps, owner: TraceOwner) {
    this.#deps = deps
    this.#owner = owner
  }

  open(options: StationOptions, policy: StationPolicy = {}): Station {
    const station = new Station(this.#deps, options, policy, this.#owner)
    this.#open.add(station)
    return station
  }

  close(station: Station): void {
    station.close()
    this.#open.delete(station)
  }

  /** What strangers use of all of them together. */
  usage(): BudgetUsage[] {
    return usageOf([...this.#open].map(({ budgets }) => budgets))
  }
}
