import { sql } from 'kysely'

import type { Budget, Budgets } from '#domain/budget.ts'

import type { Database } from './schema.ts'

/**
 * Budgets shared by all processes on this store, by the database's own clock. One statement books a turn, so that no two get
 * the same; the rule is `nextTurn` (domain/budget.ts), and a test holds the two together.
 */
export function budgets(db: Database): Budgets {
  return {
    async take({ tenantId, name, amount, seconds }: Budget) {
      const { rows } = await sql<{ wait: string }>`
        with clock as (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now)
        insert into budgets as budget (tenant_id, name, turns) select ${tenantId}, ${name}, array[now] from clock
        on conflict (tenant_id, name) do update set turns = (
          select case when cardinality(budget.turns) < ${amount}::int then budget.turns else budget.turns[2:] end
            || case when cardinality(budget.turns) < ${amount}::int then now
               else greatest(now, budget.turns[cardinality(budget.turns) - ${amount}::int + 1] + ${seconds * 1000}::bigint) end
          from clock)
        returning greatest(0, turns[cardinality(turns)] - (select now from clock)) as wait`.execute(db)
      return Number(rows[0]!.wait)
    },
  }
}
