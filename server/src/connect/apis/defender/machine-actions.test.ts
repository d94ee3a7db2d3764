import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'
import type { Microsoft } from '#connect/microsoft.ts'

import {
  isolateMachine,
  isolationOf,
  listMachineActions,
  readMachineAction,
  runAntiVirusScan,
  stateOf,
  unisolateMachine,
  type MachineAction,
} from './machine-actions.ts'
import { findMachines, isMachineId, readMachine } from './machines.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const Machines = z.object({
  value: z.array(z.object({ id: z.string(), computerDnsName: z.string(), healthStatus: z.string() })),
})

let stage: ApiStage
let responder: Microsoft
let machines: z.infer<typeof Machines>['value']
beforeAll(async () => {
  stage = await openApiStage('defender-endpoint', ['Machine.Read.All', 'Machine.Isolate'])
  responder = await stage.as(['Machine.Read.All', 'Machine.Isolate', 'Machine.Scan'])
  machines = Machines.parse((await stage.onlooker('/api/machines')).json).value
})
afterAll(() => stage?.close())

const active = (n: number) => machines.filter(({ healthStatus }) => healthStatus === 'Active')[n]!
const isolate = (machineId: string, by = responder) =>
  isolateMachine(by, { machineId, isolationType: 'Full', comment: 'Case 7' })
const isolation = async (machineId: string) => isolationOf(await listMachineActions(responder, machineId))
/** What another program finds, newest first. */
const seen = async (machineId: string) =>
  z
    .object({ value: z.array(z.object({ type: z.string(), status: z.string(), scope: z.string().nullable() })) })
    .parse((await stage.onlooker(`/api/machineactions?$filter=machineId%20eq%20%27${machineId}%27`)).json).value

describe('a machine', () => {
  test('is found by its id, and by its DNS name in any case', async () => {
    const { id, computerDnsName } = active(0)
    expect(await readMachine(responder, id)).toMatchObject({ id, computerDnsName })
    expect(await findMachines(responder, computerDnsName.toUpperCase())).toEqual([await readMachine(responder, id)])
    expect([isMachineId(id), isMachineId(computerDnsName)]).toEqual([true, false])
  })

  test('that nobody knows is an answer where it was looked for, and an error where it was named', async () => {
    expect(await findMachines(responder, "no'body.corp.example")).toEqual([])
    await expect(readMachine(responder, 'f'.repeat(40))).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
  })

  test('without the permission is not read, and the error names it', async () => {
    const stranger = await stage.as(['Machine.Isolate'])
    await expect(findMachines(stranger, 'x.example')).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Machine.Read.All of WindowsDefenderATP'),
    })
  })
})

describe('isolation of a machine', () => {
  test('is asked for, under way, and there; then taken back the same way', async () => {
    const { id } = active(1)
    expect(await isolation(id)).toEqual({ isIsolated: false })

    const order = await isolate(id)
    expect(order).toMatchObject({ type: 'Isolate', status: 'Pending', scope: 'Full', requestorComment: 'Case 7' })
    expect(await isolation(id)).toMatchObject({ isIsolated: false, underWay: { id: order.id } })
    await stage.pass(5 * MINUTE)
    expect(stateOf(await readMachineAction(responder, order.id))).toBe('succeeded')
    expect(await isolation(id)).toMatchObject({ isIsolated: true, by: { id: order.id } })
    expect(await seen(id)).toMatchObject([{ type: 'Isolate', status: 'Succeeded', scope: 'Full' }])

    await unisolateMachine(responder, { machineId: id, comment: 'Case 7 is closed' })
    expect(await isolation(id)).toMatchObject({ isIsolated: true, underWay: { type: 'Unisolate' } })
    await stage.pass(5 * MINUTE)
    expect(await isolation(id)).toMatchObject({ isIsolated: false, by: { type: 'Unisolate' } })
    expect((await seen(id)).map(({ type, status }) => `${type} ${status}`)).toEqual([
      'Unisolate Succeeded',
      'Isolate Succeeded',
    ])
  })

  test('asked for twice is one order', async () => {
    const { id } = active(2)
    const order = await isolate(id)
    expect(await isolate(id)).toEqual(order)
    expect(await seen(id)).toHaveLength(1)
  })

  test('whose reply was lost is one order', async () => {
    const { id } = active(3)
    await stage.emulator.request('/faults', {
      match: { path: `/${id}/isolate`, times: 1 },
      do: { dropAfterCommit: true },
    })
    const order = await isolate(id)
    expect(order).toMatchObject({ type: 'Isolate', machineId: id })
    expect(await seen(id)).toHaveLength(1)
  })

  test('of a machine that is switched off is given up after three days, and changed nothing', async () => {
    const { id } = machines.find(({ healthStatus }) => healthStatus === 'Inactive')!
    const order = await isolate(id)
    await stage.pass(2 * DAY)
    expect(stateOf(await readMachineAction(responder, order.id))).toBe('pending')
    await stage.pass(2 * DAY)
    expect(stateOf(await readMachineAction(responder, order.id))).toBe('timed-out')
    expect(await isolation(id)).toEqual({ isIsolated: false })
  })

  test('that was cancelled or failed leaves the machine as it was', () => {
    const of = (type: string, status: string) =>
      ({ id: `${type} ${status}`, type, status, machineId: 'm', creationDateTimeUtc: '' }) satisfies MachineAction
    const before = [of('RunAntiVirusScan', 'Succeeded'), of('Isolate', 'Succeeded')]
    for (const status of ['Failed', 'Cancelled', 'TimeOut', 'SomethingNew'])
      expect(isolationOf([of('Unisolate', status), ...before])).toEqual({ isIsolated: true, by: before[1] })
  })

  test('without the permission is refused, and the error names it', async () => {
    const reader = await stage.as(['Machine.Read.All'])
    const { id } = active(4)
    await expect(isolate(id, reader)).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      microsoft: { status: 403, code: 'Forbidden' },
      fix: expect.stringContaining('Machine.Isolate of WindowsDefenderATP'),
    })
    expect(await seen(id)).toEqual([])
  })

  test('of a machine that nobody knows is refused', async () => {
    await expect(isolate('f'.repeat(40))).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
  })
})

describe('a scan of a machine', () => {
  test('is one while it runs, and can be had again afterwards', async () => {
    const { id } = active(5)
    const scan = () => runAntiVirusScan(responder, { machineId: id, scanType: 'Quick', comment: 'Case 7' })
    const first = await scan()
    expect(first).toMatchObject({ type: 'RunAntiVirusScan', scope: 'Quick' })
    expect((await scan()).id).toBe(first.id)
    await stage.pass(30 * MINUTE)
    expect((await scan()).id).not.toBe(first.id)
    expect((await seen(id)).map(({ status }) => status)).toEqual(['Pending', 'Succeeded'])
  })

  test('needs a permission of its own', async () => {
    const isolator = await stage.as(['Machine.Read.All', 'Machine.Isolate'])
    const asked = runAntiVirusScan(isolator, { machineId: active(6).id, scanType: 'Full', comment: 'Case 7' })
    await expect(asked).rejects.toMatchObject({ fix: expect.stringContaining('Machine.Scan') })
  })
})
