import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { openFeedStage, type FeedStage } from '#collect/testing/feed-stage.ts'
import { GRAPH_WORDS, testFeed, type FeedFacts } from '#collect/testing/test-feed.ts'
import type { Emulator } from '#connect/testing/start-emulator.ts'

import { ENTITY_FEEDS } from './feed.ts'

const Application = z.object({ clientId: z.string(), secret: z.string() })
const Id = z.object({ id: z.string() })
const User = Id.extend({ jobTitle: z.unknown() })
const Group = Id.extend({ description: z.unknown() })
const Device = Id.extend({ accountEnabled: z.unknown() })
const Role = z.object({ roleTemplateId: z.string(), members: z.array(z.unknown()) })
const Truth = z.object({
  users: z.array(User),
  groups: z.array(Group),
  devices: z.array(Device),
  directoryRoles: z.array(Role),
})

const idOfUser = ({ id, jobTitle }: z.infer<typeof User>) => `${id} ${String(jobTitle)}`
const idOfGroup = ({ id, description }: z.infer<typeof Group>) => `${id} ${String(description)}`
const idOfDevice = ({ id, accountEnabled }: z.infer<typeof Device>) => `${id} ${String(accountEnabled)}`
const idOfRole = ({ roleTemplateId, members }: z.infer<typeof Role>) => {
  const ids = members.map((member) => (typeof member === 'string' ? member : Id.parse(member).id))
  return `${roleTemplateId} ${ids.sort().join()}`
}

const truthOf = async (emulator: Emulator) => Truth.parse(await emulator.request('/ground-truth/directory'))

let changes = 0

/** An administrator changes what `change` says of a thing that is there. */
function changing(role: string, change: (truth: z.infer<typeof Truth>, nth: number) => [string, string, object]) {
  return async (emulator: Emulator): Promise<void> => {
    const application = Application.parse(
      await emulator.request('/applications', { name: 'Administrator', roles: [role] }),
    )
    const [method, path, body] = change(await truthOf(emulator), ++changes)
    const request = { api: 'graph', method: method as 'PATCH', path, body, what: 'Could not change it.' } as const
    await emulator.client({ application }).send(request)
  }
}

const COMMON = {
  words: {
    ...GRAPH_WORDS,
    stalePage: { status: 400, body: { error: { code: 'Directory_ExpiredPageToken', message: '' } } },
  },
  neverLate: 'a snapshot holds everything there is',
}

const FACTS: Record<string, Omit<FeedFacts, 'words' | 'neverLate' | 'settings'>> = {
  users: {
    listing: '/v1.0/users\\?',
    nextPage: '/v1.0/users\\?.*skiptoken',
    pageSize: 50,
    // Asked for first.
    permission: 'RoleManagement.Read.Directory',
    atLeast: 200,
    identity: (record) => idOfUser(User.parse(JSON.parse(record))),
    truth: async (emulator) => (await truthOf(emulator)).users.map(idOfUser),
    happen: changing('User.ReadWrite.All', ({ users }, nth) => [
      'PATCH',
      `/v1.0/users/${users[nth]!.id}`,
      { jobTitle: `Harbor master ${nth}` },
    ]),
  },
  groups: {
    listing: '/v1.0/groups\\?',
    nextPage: '/v1.0/groups\\?.*skiptoken',
    pageSize: 5,
    permission: 'GroupMember.Read.All',
    atLeast: 10,
    identity: (record) => idOfGroup(Group.parse(JSON.parse(record))),
    truth: async (emulator) => (await truthOf(emulator)).groups.map(idOfGroup),
    happen: changing('Group.ReadWrite.All', ({ groups }, nth) => [
      'PATCH',
      `/v1.0/groups/${groups[0]!.id}`,
      { description: `Renamed for the ${nth}. time` },
    ]),
  },
  devices: {
    listing: '/v1.0/devices\\?',
    nextPage: '/v1.0/devices\\?.*skiptoken',
    pageSize: 50,
    permission: 'Device.Read.All',
    identity: (record) => idOfDevice(Device.parse(JSON.parse(record))),
    truth: async (emulator) => (await truthOf(emulator)).devices.map(idOfDevice),
    happen: changing('Device.ReadWrite.All', ({ devices }, nth) => [
      'PATCH',
      `/v1.0/devices/${devices[nth]!.id}`,
      { accountEnabled: !devices[nth]!.accountEnabled },
    ]),
  },
  'directory-roles': {
    listing: '/v1.0/directoryRoles$',
    permission: 'RoleManagement.Read.Directory',
    atLeast: 5,
    identity: (record) => idOfRole(Role.parse(JSON.parse(record))),
    truth: async (emulator) => (await truthOf(emulator)).directoryRoles.map(idOfRole),
    happen: changing('RoleManagement.ReadWrite.Directory', ({ directoryRoles, users }, nth) => [
      'POST',
      '/v1.0/roleManagement/directory/roleAssignments',
      { roleDefinitionId: directoryRoles[0]!.roleTemplateId, principalId: users[100 + nth]!.id, directoryScopeId: '/' },
    ]),
  },
}

for (const feed of ENTITY_FEEDS) {
  const facts = FACTS[feed.id.slice('graph.entities.'.length)]!
  testFeed(feed, { ...COMMON, ...facts, settings: { feedOptions: { [feed.id]: { everyHours: 1 } } } })
}

describe('users', () => {
  const [users] = ENTITY_FEEDS
  const settings = { feedOptions: { [users!.id]: { everyHours: 1 } } }
  const Told = z.object({
    assignedRoles: z.array(z.object({ displayName: z.string() })),
    userRegistrationDetails: z
      .object({ isMfaRegistered: z.boolean(), methodsRegistered: z.array(z.string()) })
      .nullable(),
  })
  let stage: FeedStage
  beforeAll(async () => {
    stage = await openFeedStage(users!, { ...COMMON, ...FACTS['users']!, settings })
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.clear())
  const told = () => [...stage.records.values()].flat().map((text) => Told.parse(JSON.parse(text)))

  test('say which roles they hold and how they prove who they are', async () => {
    await stage.pass()
    const holders = told().filter(({ assignedRoles }) => assignedRoles.length > 0)
    expect(holders.flatMap(({ assignedRoles }) => assignedRoles.map(({ displayName }) => displayName))).toContain(
      'Global Administrator',
    )
    const known = told().flatMap(({ userRegistrationDetails }) => userRegistrationDetails ?? [])
    expect(known.some(({ isMfaRegistered }) => isMfaRegistered)).toBe(true)
    expect(known.some(({ isMfaRegistered }) => !isMfaRegistered)).toBe(true)
  })

  test('are stored again where they changed, and not where they did not', async () => {
    await stage.pass()
    const before = stage.records.size
    await stage.happen()
    await stage.advance(24 * 3_600_000)
    expect(await stage.pass()).toMatchObject({ stored: 1, failures: [] })
    expect(stage.records.size).toBe(before + 1)
  })

  test('are stored again where they changed back to what they were', async () => {
    const [user] = (await truthOf(stage.emulator)).users
    const [first, second] = [user!.jobTitle, 'Harbor pilot']
    await stage.pass()
    for (const jobTitle of [second, first, first]) {
      const change = changing('User.ReadWrite.All', () => ['PATCH', `/v1.0/users/${user!.id}`, { jobTitle }])
      await change(stage.emulator)
      await stage.advance(24 * 3_600_000)
      await stage.pass()
    }
    const titles = [...stage.records.values()].flat().map((text) => User.parse(JSON.parse(text)))
    expect(titles.filter(({ id }) => id === user!.id).map(({ jobTitle }) => jobTitle)).toEqual([first, second, first])
  })

  test('have methods that nobody knows where the tenant lacks the license, which is told before', async () => {
    await stage.emulator.request('/entra-plan', { plan: 'free' })
    expect((await stage.pass()).failures).toEqual([])
    expect(new Set(told().map(({ userRegistrationDetails }) => userRegistrationDetails))).toEqual(new Set([null]))
    const faults = await stage.check()
    expect(faults).toMatchObject([{ code: 'CONNECT_REQUEST_REFUSED' }])
    expect(faults[0]?.fix).toContain('Microsoft Entra ID P1')
  })
})

test('a snapshot is taken at least once a day', () => {
  for (const { options } of ENTITY_FEEDS) {
    expect(options?.parse({})).toEqual({ everyHours: 6 })
    expect(options?.safeParse({ everyHours: 25 }).success).toBe(false)
  }
})
