import { expect, it } from 'vitest'

import type { Action } from '#respond/action.ts'
import type { DeviceTarget } from '#respond/kinds/device.ts'
import { planActionRun } from '#respond/plan.ts'

import { openDeviceStage, type DeviceStage, type TriedDevice } from './device-stage.ts'
import { type Expected, type Running, testContract } from './test-contract.ts'

/** What an action does to emulated devices; what is absent is as for most actions on devices. */
export type ExpectedDeviceEffect = Omit<Expected<DeviceStage, TriedDevice>, 'lossy' | 'again' | 'lie'> &
  Partial<Pick<Expected<DeviceStage, TriedDevice>, 'again'>>

/** The contract that every action on devices fulfils; `more` adds what the action alone does. */
export function testDeviceAction(
  action: Action<Record<string, unknown>, DeviceTarget>,
  effect: ExpectedDeviceEffect,
  more: (running: Running<DeviceStage, TriedDevice>) => void = () => undefined,
): void {
  const expected = { again: 'already-done', lossy: effect.path, lie: LIE, ...effect } as const
  testContract<TriedDevice, DeviceStage, DeviceTarget>(action, expected, openDeviceStage, (running) => {
    it('finds devices by DNS name as by id, each once', async () => {
      const { id, computerDnsName } = running.subjects()[0]!
      const run = await running.plan([], { targets: [computerDnsName.toUpperCase(), id] })
      const [target, ...others] = await running.targets(run)
      expect(target).toMatchObject({ ref: id, objectId: id, address: computerDnsName, name: expect.any(String) })
      expect(others).toEqual([])
    })

    it('refuses a DNS name that nobody has', async () => {
      const refused = expect.objectContaining({
        code: 'REQUEST_INVALID',
        why: expect.stringContaining('nobody.example'),
      })
      await expect(running.plan([], { targets: ['nobody.example'] })).rejects.toThrow(refused)
    })

    it('tells a missing permission before there is a plan', async () => {
      const { records, clock, tenantId, microsoft, connectionId } = running.stage()
      const options = effect.options && { options: effect.options }
      for (const { permission } of action.permissions) {
        const roles = (await microsoft.grantedRoles('defender-endpoint')).filter((role) => role !== permission)
        const open = async () => ({ ...microsoft, grantedRoles: async () => roles })
        const named = {
          action: action.id,
          connectionId,
          targets: [running.subjects()[0]!.id],
          createdBy: 'ana',
          ...options,
        }
        const refused = expect.objectContaining({
          code: 'CONNECT_PERMISSION_MISSING',
          why: expect.stringContaining(permission),
          fix: expect.stringMatching(/^In https:\/\/entra/),
        })
        await expect(planActionRun({ records, clock, tenantId, open, ...named })).rejects.toThrow(refused)
      }
    })

    more(running)
  })
}

/** An order that Microsoft accepts and forgets. */
const LIE = {
  status: 201,
  body: {
    id: '00000000-0000-0000-0000-000000000000',
    type: 'Isolate',
    status: 'Pending',
    machineId: 'x',
    creationDateTimeUtc: '2026-11-20T08:00:00.0000000Z',
  },
}
