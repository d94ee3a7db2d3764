import { readFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'

import { Agent, request } from 'undici'
import { z } from 'zod'

import { DIRECTORY_ROLES } from '#connect/directory-roles.ts'
import { startEmulator, type EmulatedApplication, type Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime, systemClock } from '#domain/clock.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { recording } from './recording.ts'
import type { Trial } from './test-contract.ts'

/** A user of the emulated company. */
export interface TriedUser {
  id: string
  userPrincipalName: string
}

/** What an action on users is tried on: people without a role; those with one, guests and synced ones are beside. */
export interface UserStage extends Trial<TriedUser> {
  connectionId: string
  /** An administrator above the application. */
  administrator: TriedUser
  guest: TriedUser
  synced: TriedUser
  /** What Microsoft holds of the user, read by a client of its own with credentials of its own. */
  stateOf(user: TriedUser): Promise<Record<string, unknown>>
  /** What the user signs in with. */
  passwordOf(user: TriedUser): Promise<string>
  /** Identity Protection's word on the user, read likewise; `none` where it has none. */
  riskOf(user: TriedUser): Promise<string>
  /** What an administrator does meanwhile. */
  change(user: TriedUser, properties: Record<string, unknown>): Promise<void>
  confirmCompromised(user: TriedUser): Promise<void>
  /** Names break-glass accounts. */
  protect(users: readonly string[]): Promise<void>
  setPlan(plan: 'free' | 'P1' | 'P2'): Promise<void>
  /** Microsoft's clock moves on. */
  advance(ms: number): Promise<void>
}

const READ = ['User.Read.All', 'IdentityRiskyUser.Read.All']
const WRITE = [
  'User.EnableDisableAccount.All',
  'User.RevokeSessions.All',
  'User-PasswordProfile.ReadWrite.All',
  'IdentityRiskyUser.ReadWrite.All',
]
const PROPERTIES =
  'id,userPrincipalName,displayName,accountEnabled,userType,jobTitle,department,mail,onPremisesSyncEnabled,signInSessionsValidFromDateTime,lastPasswordChangeDateTime'

const Listed = z.object({
  value: z.array(
    z.object({ id: z.string(), userPrincipalName: z.string(), onPremisesSyncEnabled: z.boolean().nullish() }),
  ),
})
const Faults = z.object({ rules: z.array(z.object({ struck: z.number() })) })

/**
 * Starts the emulator and an embedded store; a second or two.
 *
 * @param consistency whether reads hear of a write at once, or seconds later as with Microsoft.
 * @param directoryRoles names of those that the application holds.
 */
export async function openUserStage(
  consistency: 'strong' | 'eventual' = 'strong',
  directoryRoles: readonly string[] = [],
): Promise<UserStage> {
  const [emulator, records] = await Promise.all([
    startEmulator(['--consistency', consistency, '--no-live', '--throttle', 'off']),
    openTemporaryRecords(),
  ])
  const tenant = emulator.tenants[0]!
  const [application, auditor] = tenant.applications as [EmulatedApplication, EmulatedApplication]
  const grant = ({ clientId }: EmulatedApplication, rights: Record<string, readonly string[]>) =>
    emulator.request(`/applications/${clientId}`, rights, 'PATCH' as 'PUT')
  const arrange = async () => {
    const held = directoryRoles.map((name) => DIRECTORY_ROLES[name]!)
    await grant(application, { roles: [...READ, ...WRITE], directoryRoles: held })
    await grant(auditor, { roles: READ })
  }
  await arrange()
  const { microsoft, carriedOut, requestsTo } = recording(emulator.client({ application }))
  const readOnly = emulator.client({ application: auditor })
  const administration = await openOwnClient(emulator)
  const list = async (query: string) => Listed.parse((await administration.send('GET', `/users?${query}`)).body).value
  const select = '$select=id,userPrincipalName,onPremisesSyncEnabled'
  const people = await list(`$top=200&${select}`)
  const [guest] = await list(`$filter=userType%20eq%20'Guest'&$top=1&${select}`)
  const roles = z.object({ value: z.array(z.object({ id: z.string() })) })
  const holders: TriedUser[] = []
  for (const { id } of roles.parse((await administration.send('GET', '/directoryRoles')).body).value)
    holders.push(
      ...Listed.parse(
        (await administration.send('GET', `/directoryRoles/${id}/members/microsoft.graph.user?${select}`)).body,
      ).value,
    )
  const held = new Set(holders.map(({ id }) => id))
  const connectionId = randomUUID()
  await records.tenants.ensure(tenant.id, 'Emulated')
  const connection = {
    id: connectionId,
    tenantId: tenant.id,
    name: 'Emulated',
    cloud: 'emulated',
    clientId: application.clientId,
    credentialKind: 'secret' as const,
    feeds: [],
    createdAt: isoTime(systemClock.now()),
  }
  await records.connections.create({ ...connection, settings: {} }, { kind: 'secret', secret: 'x' })
  const subjects = people.filter(
    ({ id, onPremisesSyncEnabled, userPrincipalName }) =>
      !held.has(id) && !onPremisesSyncEnabled && !userPrincipalName.includes('#EXT#'),
  )
  const isPerson = ({ userPrincipalName }: TriedUser) => !/^(emergency|break)/i.test(userPrincipalName)
  return {
    records,
    microsoft,
    readOnly,
    tenantId: tenant.id,
    clock: systemClock,
    connectionId,
    subjects,
    administrator: holders.find(isPerson)!,
    guest: guest!,
    synced: people.find(({ id, onPremisesSyncEnabled }) => onPremisesSyncEnabled === true && !held.has(id))!,
    stranger: { id: '00000000-0000-0000-0000-000000000000', userPrincipalName: 'nobody@nowhere.example' },
    request: (chosen) => ({ connectionId, targets: chosen.map(({ id }) => id) }),
    async reset() {
      await emulator.request('/reset', {})
      await arrange()
      await administration.renew()
      await records.connections.change({ ...connection, settings: {} })
      carriedOut.length = 0
    },
    async strike(fault) {
      await emulator.request('/faults', fault)
    },
    async struck() {
      return Faults.parse(await emulator.request('/faults')).rules.reduce((sum, rule) => sum + rule.struck, 0)
    },
    requestsTo,
    async stateOf({ id }) {
      return (await administration.send('GET', `/users/${id}?$select=${PROPERTIES}`)).body
    },
    async passwordOf({ id }) {
      return z.object({ password: z.string() }).parse(await emulator.request(`/passwords?user=${id}`)).password
    },
    async riskOf({ id }) {
      const { status, body } = await administration.send('GET', `/identityProtection/riskyUsers/${id}`)
      return status === 404 ? 'none' : String(body['riskState'])
    },
    async change({ id }, properties) {
      await administration.send('PATCH', `/users/${id}`, properties)
    },
    async confirmCompromised({ id }) {
      await administration.send('POST', '/identityProtection/riskyUsers/confirmCompromised', { userIds: [id] })
    },
    async protect(breakGlassUsers) {
      await records.connections.change({ ...connection, settings: { breakGlassUsers: [...breakGlassUsers] } })
    },
    async setPlan(plan) {
      await emulator.request('/entra-plan', { plan })
    },
    async advance(advanceMs) {
      await emulator.request('/clock', { advanceMs })
    },
    async hide({ id }) {
      await emulator.request('/faults', { match: { path: `/(users|riskyUsers)/${id}` }, do: { status: 500 } })
    },
    async close() {
      await administration.close()
      await Promise.all([emulator.stop(), records.close()])
    },
  }
}

/** A client of Graph that shares nothing with ours: who looks is not who acts. */
async function openOwnClient({ url, caFile, tenants, ...emulator }: Emulator) {
  const agent = new Agent({ connect: { ca: await readFile(caFile, 'utf8') } })
  const Made = z.object({ clientId: z.string(), secret: z.string() })
  const Token = z.object({ access_token: z.string() })
  const roles = ['User.ReadWrite.All', 'RoleManagement.Read.Directory', 'IdentityRiskyUser.ReadWrite.All', ...READ]
  let token = ''
  async function renew(): Promise<void> {
    const made = Made.parse(await emulator.request('/applications', { name: 'Administration', roles }))
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: made.clientId,
      client_secret: made.secret,
      scope: 'https://graph.microsoft.com/.default',
    }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const options = { method: 'POST', dispatcher: agent, headers, body } as const
    const reply = await request(`${url}/${tenants[0]!.id}/oauth2/v2.0/token`, options)
    token = Token.parse(await reply.body.json()).access_token
  }
  await renew()
  return {
    renew,
    async send(method: 'GET' | 'PATCH' | 'POST', path: string, body?: unknown) {
      const reply = await request(`${url}/v1.0${path}`, {
        method,
        dispatcher: agent,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await reply.body.text()
      const parsed = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
      if (reply.statusCode >= 400 && reply.statusCode !== 404) throw new Error(`${method} ${path}: ${text}`)
      return { status: reply.statusCode, body: parsed }
    },
    close: () => agent.close(),
  }
}
