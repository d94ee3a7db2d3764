import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { parseTenantId } from '#domain/ids.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

export const budgetContract: Contract = (store) => {
  const budget = () => ({ tenantId: parseTenantId(randomUUID())!, name: 'message trace', amount: 5, seconds: 300 })

  it('gives as many turns at once as the budget allows, and then makes wait for the span', async () => {
    const { budgets } = store()
    const mine = budget()
    const waits: number[] = []
    for (let i = 0; i < 12; i++) waits.push(await budgets.take(mine))
    expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 0])
    for (const wait of waits.slice(5, 10)) expect(Math.abs(wait - 300_000)).toBeLessThan(30_000)
    for (const wait of waits.slice(10)) expect(Math.abs(wait - 600_000)).toBeLessThan(30_000)
  })

  it('gives everybody who asks at one moment a turn of their own', async () => {
    const { budgets } = store()
    const mine = budget()
    const waits = await Promise.all(Array.from({ length: 20 }, () => budgets.take(mine)))
    const spans = waits.map((wait) => Math.round(wait / 300_000)).sort()
    expect(spans).toEqual([0, 1, 2, 3].flatMap((span) => Array.from({ length: 5 }, () => span)))
  })

  it('keeps budgets of different tenants and names apart', async () => {
    const { budgets } = store()
    const mine = { ...budget(), amount: 1 }
    await budgets.take(mine)
    expect(await budgets.take(mine)).toBeGreaterThan(0)
    expect(await budgets.take({ ...mine, name: 'hunting' })).toBe(0)
    expect(await budgets.take({ ...budget(), amount: 1 })).toBe(0)
  })
}
