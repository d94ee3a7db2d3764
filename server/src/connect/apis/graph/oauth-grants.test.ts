import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'

import {
  deleteAppRoleAssignment,
  deletePermissionGrant,
  listAppRoleAssignments,
  listPermissionGrants,
  recreateAppRoleAssignment,
  recreatePermissionGrant,
  type PermissionGrant,
} from './oauth-grants.ts'

const ROLES = [
  'Application.Read.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'User.Read.All',
]
const List = z.object({ value: z.array(z.record(z.string(), z.unknown())) })

let stage: ApiStage
let responder: Microsoft
/** The application under suspicion, and an API. */
let suspect: string
let api: string
beforeAll(async () => {
  stage = await openApiStage('graph', ROLES)
  responder = await stage.as(ROLES)
})
afterAll(() => stage?.close())
beforeEach(async () => {
  const made = await stage.emulator.request('/applications', {
    name: 'Mail helper',
    roles: ['Mail.Read', 'User.Read.All'],
  })
  suspect = z.object({ servicePrincipalId: z.string() }).parse(made).servicePrincipalId
  await settle()
  const [first] = await seen(`/servicePrincipals/${suspect}/appRoleAssignments`)
  api = String(first!['resourceId'])
})

/** Replicas of the directory show a write after a while. */
const settle = () => stage.pass(5 * 60_000)
/** What another program finds. */
const seen = async (path: string) => List.parse((await stage.onlooker(`/v1.0${path}`)).json).value
const consent = async (more: object = { consentType: 'AllPrincipals' }): Promise<PermissionGrant> => {
  const body = { clientId: suspect, resourceId: api, scope: 'Mail.Read offline_access', ...more }
  expect((await stage.onlooker('/v1.0/oauth2PermissionGrants', { method: 'POST', body })).status).toBe(201)
  await settle()
  return (await listPermissionGrants(responder, suspect))[0]!
}
const NOBODY = '00000000-0000-0000-0000-000000000001'

describe('delegated permissions of an application', () => {
  const given = () => seen(`/servicePrincipals/${suspect}/oauth2PermissionGrants`)

  test.each(['everybody', 'one user'])(
    'on behalf of %s are revoked, and given again as they were; twice is once',
    async (whom) => {
      const [user] = await seen('/users?$top=1&$select=id')
      const grant = await consent(
        whom === 'everybody' ? undefined : { consentType: 'Principal', principalId: user!['id'] },
      )
      const before = await given()
      expect(before).toMatchObject([{ scope: 'Mail.Read offline_access', clientId: suspect }])
      await deletePermissionGrant(responder, grant.id)
      await deletePermissionGrant(responder, grant.id)
      await settle()
      expect(await given()).toEqual([])
      await recreatePermissionGrant(responder, grant)
      await settle()
      await recreatePermissionGrant(responder, grant)
      expect(await given()).toEqual(before)
    },
  )

  test('are changed with a permission that the error names', async () => {
    const grant = await consent()
    const stranger = await stage.as(['Application.Read.All'])
    await expect(deletePermissionGrant(stranger, grant.id)).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('DelegatedPermissionGrant.ReadWrite.All'),
    })
    expect(await given()).toHaveLength(1)
  })
})

test.each([listPermissionGrants, listAppRoleAssignments])(
  'what nobody knows is not taken for an application without permissions: %o',
  async (list) => {
    await expect(list(responder, NOBODY)).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
  },
)

describe('app roles of an application', () => {
  const held = async () =>
    (await seen(`/servicePrincipals/${suspect}/appRoleAssignments`)).map((each) => each['appRoleId'])

  test('are taken away one by one, and given again; twice is once', async () => {
    const before = await held()
    const [first, second] = await listAppRoleAssignments(responder, suspect)
    await deleteAppRoleAssignment(responder, first!)
    await deleteAppRoleAssignment(responder, first!)
    await settle()
    expect(await held()).toEqual([second!.appRoleId])
    await recreateAppRoleAssignment(responder, first!)
    await settle()
    await recreateAppRoleAssignment(responder, first!)
    expect((await held()).toSorted()).toEqual(before.toSorted())
  })

  test('are changed with a permission that the error names', async () => {
    const reader = await stage.as(['Application.Read.All'])
    const [first] = await listAppRoleAssignments(reader, suspect)
    await expect(deleteAppRoleAssignment(reader, first!)).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('AppRoleAssignment.ReadWrite.All'),
    })
    expect(await held()).toHaveLength(2)
  })
})
