import type { Station, StationOptions } from './station.ts'
import type { Stations } from './stations.ts'

/**
 * The stations that calls and registrations of ours leave from: one for each set of transport settings, opened when it
 * is first needed.
 */
export class StationPool {
  readonly #stations: Stations
  readonly #opened: (station: Station) => void
  readonly #pool = new Map<string, Station>()

  /** `opened` says what happens to calls that come in there. */
  constructor(stations: Stations, opened: (station: Station) => void) {
    this.#stations = stations
    this.#opened = opened
  }

  with(options: StationOptions): Station {
    const key = JSON.stringify(options)
    let station = this.#pool.get(key)
    if (station) return station
    station = this.#stations.open(options)
    this.#pool.set(key, station)
    this.#opened(station)
    return station
  }

  close(): void {
    for (const station of this.#pool.values()) this.#stations.close(station)
  }
}
