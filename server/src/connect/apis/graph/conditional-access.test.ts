import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'

import { createBlockPolicy, deletePolicy, excludeFromPolicy, listPolicies } from './conditional-access.ts'
import { createIpLocation, listIpLocations } from './named-locations.ts'

const ROLES = ['Policy.Read.All', 'Policy.ReadWrite.ConditionalAccess', 'Application.Read.All', 'User.Read.All']
const ROOT = '/v1.0/identity/conditionalAccess/policies'
const Users = z.object({ value: z.array(z.object({ id: z.string() })) })

let stage: ApiStage
let responder: Microsoft
let locationId: string
let users: string[]
beforeAll(async () => {
  stage = await openApiStage('graph', ROLES, [], 'strong')
  responder = await stage.as(ROLES)
  ;({ id: locationId } = await createIpLocation(responder, { displayName: 'Bad', cidrs: ['203.0.113.7/32'] }))
  const { json } = await stage.onlooker('/v1.0/users?$top=3&$select=id')
  users = Users.parse(json).value.map(({ id }) => id)
})
afterAll(() => stage?.close())

const policy = (displayName: string, more: object = {}) => ({
  displayName,
  state: 'enabledForReportingButNotEnforced',
  locationId,
  excludeUsers: [users[0]!],
  ...more,
})
/** What another program finds. */
const seen = async (id: string) => stage.onlooker(`${ROOT}/${id}`)

describe('a policy that blocks a named location', () => {
  test('is for everybody but whom it leaves out, everywhere, and is deleted; twice is once', async () => {
    const made = await createBlockPolicy(responder, policy('One'))
    expect((await seen(made.id)).json).toMatchObject({
      displayName: 'One',
      state: 'enabledForReportingButNotEnforced',
      conditions: {
        clientAppTypes: ['all'],
        applications: { includeApplications: ['All'] },
        users: { includeUsers: ['All'], excludeUsers: [users[0]] },
        locations: { includeLocations: [locationId], excludeLocations: [] },
      },
      grantControls: { operator: 'OR', builtInControls: ['block'] },
    })
    await deletePolicy(responder, made.id)
    await deletePolicy(responder, made.id)
    expect((await seen(made.id)).status).toBe(404)
  })

  test('leaves out further users beside those it leaves out, and changes nothing else', async () => {
    const made = await createBlockPolicy(responder, policy('Two'))
    const { modifiedDateTime: _, ...before } = (await seen(made.id)).json
    await excludeFromPolicy(responder, made, users)
    await excludeFromPolicy(responder, made, [users[1]!])
    const listed = (await listPolicies(responder)).find(({ id }) => id === made.id)!
    await excludeFromPolicy(responder, listed, [users[2]!])
    const { modifiedDateTime: __, ...now } = (await seen(made.id)).json
    const conditions = before['conditions'] as { users: object }
    expect(now).toEqual({
      ...before,
      conditions: {
        ...conditions,
        users: { ...conditions.users, excludeUsers: expect.arrayContaining([users[0], users[1], users[2]]) },
      },
    })
  })

  test('is refused for users that the directory does not have, in Microsoft’s words', async () => {
    const excludeUsers = ['00000000-0000-0000-0000-000000000000']
    await expect(createBlockPolicy(responder, policy('Three', { excludeUsers }))).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      microsoft: { status: 400, message: expect.stringContaining('does not exist') },
    })
  })

  test('is listed among those of others, as its location is among theirs', async () => {
    const made = await createBlockPolicy(responder, policy('Four'))
    const policies = await listPolicies(responder)
    expect(policies.map(({ displayName }) => displayName)).toContain('Block legacy authentication')
    expect(policies.find(({ id }) => id === made.id)).toMatchObject({ displayName: 'Four' })
    const locations = await listIpLocations(responder)
    expect(locations.map(({ displayName, isTrusted }) => [displayName, isTrusted])).toEqual([
      ['Offices', true],
      ['Bad', false],
    ])
  })

  test('is made with permissions that belong together, and the error names one', async () => {
    for (const missing of ROLES.slice(1, 3)) {
      const other = await stage.as(ROLES.filter((role) => role !== missing))
      await expect(createBlockPolicy(other, policy('Five'))).rejects.toMatchObject({
        code: 'CONNECT_PERMISSION_MISSING',
        fix: expect.stringContaining('Policy.ReadWrite.ConditionalAccess'),
      })
    }
    expect((await listPolicies(responder)).some(({ displayName }) => displayName === 'Five')).toBe(false)
  })
})
