import { expect, it } from 'vitest'
import { z } from 'zod'

import type { Action } from '#respond/action.ts'
import type { IndicatorTarget } from '#respond/kinds/indicator.ts'

import { openDefenderStage, type DefenderStage } from './defender-stage.ts'
import { type Expected, type Running, testContract, type Trial } from './test-contract.ts'

/** What an action on indicators is tried on, named by their values. */
export interface IndicatorStage
  extends DefenderStage, Pick<Trial<string>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  /** What Microsoft holds for a value, read by a client of its own with credentials of its own. */
  seen(value: string): Promise<Record<string, unknown> | undefined>
  /** What an administrator sets meanwhile. */
  set(value: string, settings: Record<string, unknown>): Promise<void>
}

const List = z.object({ value: z.array(z.record(z.string(), z.unknown())) })

async function openIndicatorStage(): Promise<IndicatorStage> {
  const stage = await openDefenderStage(['Machine.Read.All'], ['Ti.ReadWrite.All'])
  const { connectionId, onlooker } = stage
  const subjects = ['a'.repeat(64), 'login.bad.example', '203.0.113.7', 'https://bad.example/login?id=7']
  return {
    ...stage,
    subjects,
    stranger: '203.0.113.0/24',
    request: (chosen) => ({ connectionId, targets: [...chosen] }),
    async seen(value) {
      const { json } = await onlooker('/api/indicators')
      return List.parse(json).value.find(({ indicatorValue }) => indicatorValue === value)
    },
    async set(indicatorValue, settings) {
      const indicatorType = ['FileSha256', 'DomainName', 'IpAddress', 'Url'][subjects.indexOf(indicatorValue)]
      const body = { indicatorValue, indicatorType, title: 'By hand', description: 'Of somebody else', ...settings }
      expect((await onlooker('/api/indicators', { method: 'POST', body })).status).toBe(200)
    },
    hide: (value) => stage.strike({ match: { path: `indicators.*${encodeURIComponent(value)}` }, do: { status: 500 } }),
  }
}

/** What an action does to indicators; what is absent is as for most. */
export type ExpectedIndicatorEffect = Omit<Expected<IndicatorStage, string>, 'look' | 'lossy' | 'again' | 'permission'>

/** The contract that every action on indicators fulfils; `wanted` is what the indicator does then, `none` without one. */
export function testIndicatorAction(
  action: Action<Record<string, unknown>, IndicatorTarget>,
  effect: ExpectedIndicatorEffect,
  more: (running: Running<IndicatorStage, string>) => void,
): void {
  const expected: Expected<IndicatorStage, string> = {
    again: 'already-done',
    permission: 'Ti.ReadWrite.All',
    lossy: '/api/indicators',
    look: async (stage, value) => String((await stage.seen(value))?.['action'] ?? 'none'),
    ...effect,
  }
  testContract<string, IndicatorStage, IndicatorTarget>(action, expected, openIndicatorStage, (running) => {
    it('leaves the domains of the tenant alone, with the reason', async () => {
      const { settings } = (await running.stage().records.connections.list(running.stage().tenantId))[0]!
      const [own] = settings!.authorizedDomains!
      const run = await running.plan([`https://www.${own}/x`, own!, `not${own}`])
      const found = await running.targets(run)
      expect(found.map(({ state }) => state).toSorted()).toEqual(['planned', 'protected', 'protected'])
      const guarded = found.filter(({ state }) => state === 'protected')
      for (const { reason } of guarded) expect(reason).toContain(own)
    })

    more(running)
  })
}
