/** So many rows share one array: an array of its own takes three times as much as a row. */
const rowsOfArray = 64

type Numbers = Float64Array | Uint16Array

/** Rows of a few numbers each, for what there are very many of. */
export class SharedRows<Row extends Numbers> {
  readonly #width: number
  readonly #make: (length: number) => Row
  #rows: Row
  #used = 0

  /** `width`: of a row; `make`: an array of zeros. */
  constructor(width: number, make: (length: number) => Row) {
    this.#width = width
    this.#make = make
    this.#rows = make(0)
  }

  /** A row of zeros: `width` numbers of an array, from a place on. */
  take(): { readonly rows: Row; readonly from: number } {
    if (this.#used === this.#rows.length) {
      this.#rows = this.#make(rowsOfArray * this.#width)
      this.#used = 0
    }
    const from = this.#used
    this.#used += this.#width
    return { rows: this.#rows, from }
  }
}
