import { nextTurn, type Budgets } from '#domain/budget.ts'
import type { Clock } from '#domain/clock.ts'

/** Budgets known to this process alone. An installation shares its own through the record store. */
export function createBudgets(clock: Clock): Budgets {
  const booked = new Map<string, number[]>()
  return {
    async take(budget) {
      const key = `${budget.tenantId} ${budget.name}`
      const turns = booked.get(key) ?? []
      const now = clock.now()
      const turn = nextTurn(turns, budget, now)
      booked.set(key, [...turns, turn].slice(-budget.amount))
      return turn - now
    },
  }
}
