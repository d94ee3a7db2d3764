import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'

import { findServicePrincipals, readServicePrincipal, setPrincipalEnabled } from './service-principals.ts'

const ROLES = ['Application.Read.All', 'Application.ReadWrite.All']
const NAME = "Ann's mail helper"
const NOBODY = '00000000-0000-0000-0000-000000000001'
const Made = z.object({ servicePrincipalId: z.string(), clientId: z.string() })

let stage: ApiStage
let responder: Microsoft
let suspect: z.infer<typeof Made>
beforeAll(async () => {
  stage = await openApiStage('graph', ROLES)
  responder = await stage.as(ROLES)
  suspect = await register()
})
afterAll(() => stage?.close())

const register = async () => Made.parse(await stage.emulator.request('/applications', { name: NAME, roles: [] }))
/** Replicas of the directory show a write after a while. */
const settle = () => stage.pass(5 * 60_000)
const enabled = async () =>
  (await stage.onlooker(`/v1.0/servicePrincipals/${suspect.servicePrincipalId}`)).json['accountEnabled']

test('an application is found by object id, application id and whole name, and by nothing less', async () => {
  const { servicePrincipalId: id, clientId: appId } = suspect
  for (const name of [id, appId, appId.toUpperCase(), NAME])
    expect(await findServicePrincipals(responder, name)).toMatchObject([{ id, appId, displayName: NAME }])
  for (const name of [NOBODY, 'Ann', `${NAME} 2`]) expect(await findServicePrincipals(responder, name)).toEqual([])
})

test('of applications that are called alike all are found', async () => {
  const other = await register()
  const ids = (await findServicePrincipals(responder, NAME)).map(({ id }) => id)
  expect(ids.toSorted()).toEqual([suspect.servicePrincipalId, other.servicePrincipalId].toSorted())
})

test('who registered an application is told', async () => {
  const tenantId = stage.emulator.tenants[0]!.id
  const { servicePrincipalId } = suspect
  expect(await readServicePrincipal(responder, servicePrincipalId)).toMatchObject({ appOwnerOrganizationId: tenantId })
})

test('an application is disabled and enabled; twice is once', async () => {
  const { servicePrincipalId: id } = suspect
  for (const accountEnabled of [false, false, true]) {
    await setPrincipalEnabled(responder, { id, accountEnabled })
    await settle()
    expect(await enabled()).toBe(accountEnabled)
    expect(await readServicePrincipal(responder, id)).toMatchObject({ id, accountEnabled })
  }
})

test('an application that nobody knows is an error', async () => {
  await expect(readServicePrincipal(responder, NOBODY)).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
})

test('an application is disabled with a permission that the error names', async () => {
  const reader = await stage.as(['Application.Read.All'])
  const { servicePrincipalId: id } = suspect
  await expect(setPrincipalEnabled(reader, { id, accountEnabled: false })).rejects.toMatchObject({
    fix: expect.stringContaining('Application.ReadWrite.All'),
  })
  expect(await enabled()).toBe(true)
})
