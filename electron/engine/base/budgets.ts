import type { BudgetUsage } from '../../../shared/contract/state.ts'
import { budgetNames, budgets, type BudgetLimits, type BudgetName } from '../../../shared/model/budgets.ts'

/**
 * Counts what strangers use of one SIP element against its limits. `key`: of whom, where each source has a share of its
 * own.
 */
export class Budgets {
  readonly #limits: () => BudgetLimits
  readonly #refusing: () => void
  readonly #used = new Map<BudgetName, number>()
  readonly #usedBy = new Map<BudgetName, Map<string, number>>()
  readonly #refused = new Map<BudgetName, number>()

  /** `refusing` hears of each refusal. */
  constructor(limits: () => BudgetLimits, refusing: () => void) {
    this.#limits = limits
    this.#refusing = refusing
  }

  limit(name: BudgetName): number {
    return this.#limits()[name]
  }

  /** Whether one more is within the limit; it is not taken yet. What is not counts as refused. */
  allows(name: BudgetName, key: string | null = null): boolean {
    const used = key === null ? (this.#used.get(name) ?? 0) : (this.#usedBy.get(name)?.get(key) ?? 0)
    if (used < this.limit(name)) return true
    this.refuse(name)
    return false
  }

  take(name: BudgetName, key: string | null = null): void {
    this.#used.set(name, (this.#used.get(name) ?? 0) + 1)
    if (key === null) return
    let shares = this.#usedBy.get(name)
    if (!shares) this.#usedBy.set(name, (shares = new Map()))
    shares.set(key, (shares.get(key) ?? 0) + 1)
  }

  release(name: BudgetName, key: string | null = null): void {
    this.#used.set(name, (this.#used.get(name) ?? 0) - 1)
    if (key === null) return
    const shares = this.#usedBy.get(name)
    const left = (shares?.get(key) ?? 0) - 1
    if (left > 0) shares?.set(key, left)
    else shares?.delete(key)
  }

  /** Counts something that was refused, or cut, for this budget. */
  refuse(name: BudgetName): void {
    this.#refused.set(name, (this.#refused.get(name) ?? 0) + 1)
    this.#refusing()
  }

  usage(): BudgetUsage[] {
    return budgetNames.map((name) => {
      const refused = this.#refused.get(name) ?? 0
      return { name, used: this.#used.get(name) ?? 0, refused, text: refused > 0 ? budgets[name].reached : null }
    })
  }
}

/** The usage of several SIP elements together. */
export function usageOf(all: readonly Budgets[]): BudgetUsage[] {
  const usages = all.map((budgets) => budgets.usage())
  return budgetNames.map((name, i) => {
    const own = usages.map((usage) => usage[i]!)
    return {
      name,
      used: own.reduce((sum, { used }) => sum + used, 0),
      refused: own.reduce((sum, { refused }) => sum + refused, 0),
      text: own.find(({ text }) => text !== null)?.text ?? null,
    }
  })
}
