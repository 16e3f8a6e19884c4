import { Boundary, type Fault } from '../../electron/engine/base/boundary.ts'
import { Budgets } from '../../electron/engine/base/budgets.ts'
import { initialLimits, type BudgetLimits } from '../../shared/model/budgets.ts'

/** A boundary that notes what it caught, and budgets with the usual limits or others. */
export function openBoundary(limits: Partial<BudgetLimits> = {}): {
  readonly boundary: Boundary
  readonly budgets: Budgets
  readonly faults: Fault[]
} {
  const faults: Fault[] = []
  return {
    boundary: new Boundary((fault) => void faults.push(fault)),
    budgets: new Budgets(
      () => ({ ...initialLimits, ...limits }),
      () => {},
    ),
    faults,
  }
}
