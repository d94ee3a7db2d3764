import { listMachineActions, isolationOf } from '#connect/apis/defender/machine-actions.ts'
import {
  type AppRoleAssignment,
  listAppRoleAssignments,
  listPermissionGrants,
  type PermissionGrant,
} from '#connect/apis/graph/oauth-grants.ts'
import { findServicePrincipals, type ServicePrincipal } from '#connect/apis/graph/service-principals.ts'
import { findUsers, listDirectoryRoles } from '#connect/apis/graph/users.ts'
import { readRiskyUser } from '#connect/apis/graph/risky-users.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { DeviceState, Entity, EntityState, ServicePrincipalState, UserState } from '#domain/entity.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import { findDevices } from '#respond/kinds/device.ts'
import { isMicrosofts, severalCalled } from '#respond/kinds/service-principal.ts'
import { isExternal } from '#respond/user-state.ts'
import type { RecordStore } from '#store/record-store.ts'

import { isFor } from './connection-uses.ts'
import type { Search } from './search.ts'

const DAYS_MS = 30 * 24 * 3_600_000
/** Newest events that are looked through for alerts. */
const EVENTS_MOST = 1000
const ALERTS_MOST = 20
const RUNS_MOST = 50

/**
 * Users, devices and applications as Microsoft holds them now, with what Cordon knows of them. Changes nothing.
 *
 * @throws AppError ENTITY_NOT_FOUND, CONNECTION_NOT_FOUND; CONNECT_* where Microsoft does not tell at all.
 */
export interface Entities {
  /** By object id or user principal name. */
  user(tenantId: TenantId, name: string): Promise<Entity<UserState>>
  /** By Defender's id or DNS name. */
  device(tenantId: TenantId, name: string): Promise<Entity<DeviceState>>
  /** By object id, application ID or whole display name. @throws AppError REQUEST_INVALID where several are called so. */
  servicePrincipal(tenantId: TenantId, name: string): Promise<Entity<ServicePrincipalState>>
}

export function createEntities(parts: {
  records: RecordStore
  search: Search
  clock: Clock
  open: (tenantId: TenantId, connectionId: string) => Promise<Microsoft>
}): Entities {
  const { records, search, clock, open } = parts

  /** Through a connection for acting, which reads what it changes; else through any to Microsoft 365. */
  async function connect(tenantId: TenantId): Promise<Microsoft> {
    const clouds = (await records.connections.list(tenantId)).filter(({ exchange }) => !exchange)
    const connection = clouds.find((each) => isFor(each, 'respond')) ?? clouds[0]
    if (connection) return open(tenantId, connection.id)
    throw new AppError({
      code: 'CONNECTION_NOT_FOUND',
      what: 'Could not look at Microsoft.',
      why: 'This tenant has no connection to Microsoft 365.',
      fix: 'Add one on the Connections page or with `npx cordon connections add`.',
    })
  }

  /** What Cordon itself knows of it. */
  async function known(tenantId: TenantId, { kind, id }: EntityState, query: string) {
    const now = clock.now()
    const range = { from: isoTime(now - DAYS_MS), to: isoTime(now) }
    const { events } = await search.page(tenantId, { ...range, query, limit: EVENTS_MOST })
    const found = await records.alerts.alertIdsOf(
      tenantId,
      events.map(({ event }) => event.id),
    )
    const ids = [...new Set([...found.values()].flat())].slice(0, ALERTS_MOST)
    const alerts = (await Promise.all(ids.map((each) => records.alerts.read(tenantId, each)))).filter(
      (alert) => alert !== undefined,
    )
    const actionRuns = await records.actionRuns.list(tenantId, { target: { kind, objectId: id }, limit: RUNS_MOST })
    return { query, alerts: alerts.toSorted((a, b) => (a.lastEventAt < b.lastEventAt ? 1 : -1)), actionRuns }
  }

  return {
    async user(tenantId, name) {
      const microsoft = await connect(tenantId)
      const [user] = await findUsers(microsoft, [name])
      if (!user) throw notFound('user', name)
      const { id, userPrincipalName: address, displayName, accountEnabled, onPremisesSyncEnabled } = user
      const look = looking()
      const [roles, risk] = await Promise.all([
        look('Directory roles', async () => (await listDirectoryRoles(microsoft, [id]))[0]),
        look('Risk', async () => (await readRiskyUser(microsoft, id)) ?? { riskState: 'none', riskLevel: 'none' }),
      ])
      const state: UserState = {
        kind: 'user',
        id,
        address,
        name: displayName ?? address,
        accountEnabled: accountEnabled ?? false,
        isSynced: onPremisesSyncEnabled ?? false,
        isGuest: isExternal(user),
        ...(user.signInSessionsValidFromDateTime && { sessionsValidFrom: user.signInSessionsValidFromDateTime }),
        ...(roles && { roles }),
        ...(risk && { risk: { state: risk.riskState, level: risk.riskLevel } }),
      }
      return {
        state,
        unknown: look.unknown,
        ...(await known(tenantId, state, anyOf(['related.user', 'user.name'], [address]))),
      }
    },

    async device(tenantId, name) {
      const microsoft = await connect(tenantId)
      const [device] = await findDevices(microsoft, name)
      if (!device) throw notFound('device', name)
      const { id, computerDnsName, osPlatform, healthStatus, lastSeen } = device
      const look = looking()
      const orders = await look('Isolation', () => listMachineActions(microsoft, id))
      const state: DeviceState = {
        kind: 'device',
        id,
        address: computerDnsName ?? id,
        name: osPlatform ?? 'unknown',
        ...(healthStatus && { healthStatus }),
        ...(lastSeen && { lastSeen }),
        ...(orders && { isIsolated: isolationOf(orders).isIsolated }),
      }
      return {
        state,
        unknown: look.unknown,
        ...(await known(tenantId, state, anyOf(['related.hosts', 'host.name'], [state.address]))),
      }
    },

    async servicePrincipal(tenantId, name) {
      const microsoft = await connect(tenantId)
      const found = await findServicePrincipals(microsoft, name)
      const [principal, ...others] = found
      if (!principal) throw notFound('service-principal', name)
      if (others.length > 0) {
        const [why, fix] = severalCalled(name, found)
        throw new AppError({ code: 'REQUEST_INVALID', what: 'Could not open the application.', why, fix })
      }
      const { id, appId, displayName, accountEnabled } = principal
      const look = looking()
      const [grants, assignments] = await Promise.all([
        look('What it was allowed on behalf of people', () => listPermissionGrants(microsoft, id)),
        look('App roles', () => listAppRoleAssignments(microsoft, id)),
      ])
      const state: ServicePrincipalState = {
        kind: 'service-principal',
        id,
        address: appId,
        name: displayName ?? appId,
        accountEnabled: accountEnabled ?? false,
        registeredBy: registeredBy(principal, tenantId),
        ...(grants && { consents: consentsOf(grants) }),
        ...(assignments && { appRoles: rolesOf(assignments) }),
      }
      // Events that it only carried for people name it outside of ECS: to look through whole documents of a month is too slow.
      return { state, unknown: look.unknown, ...(await known(tenantId, state, anyOf(['related.user'], [id, appId]))) }
    },
  }
}

function registeredBy(principal: ServicePrincipal, tenantId: TenantId): ServicePrincipalState['registeredBy'] {
  const owner = principal.appOwnerOrganizationId?.toLowerCase()
  if (owner === undefined) return 'unknown'
  if (isMicrosofts(principal)) return 'Microsoft'
  return owner === tenantId.toLowerCase() ? 'this tenant' : 'another tenant'
}

function consentsOf(grants: readonly PermissionGrant[]): NonNullable<ServicePrincipalState['consents']> {
  const scopes = grants.flatMap(({ scope }) => scope.split(' ').filter(Boolean))
  const users = grants.flatMap(({ consentType, principalId }) => (consentType === 'Principal' ? [principalId] : []))
  return {
    scopes: [...new Set(scopes)].toSorted(),
    forEverybody: grants.some(({ consentType }) => consentType === 'AllPrincipals'),
    users: new Set(users).size,
  }
}

function rolesOf(assignments: readonly AppRoleAssignment[]): NonNullable<ServicePrincipalState['appRoles']> {
  const byResource = Map.groupBy(
    assignments,
    ({ resourceDisplayName, resourceId }) => resourceDisplayName ?? resourceId,
  )
  return [...byResource].map(([resource, held]) => ({ resource, roles: held.length }))
}

/** Looks at one thing after the other; what Microsoft does not tell is `unknown`, and no reason to tell nothing. */
function looking() {
  const unknown: { what: string; why: string }[] = []
  const look = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      unknown.push({ what, why: reasonOf(error) })
      return undefined
    }
  }
  return Object.assign(look, { unknown })
}

/** KQL for events in which one of the fields has one of the values. */
function anyOf(fields: readonly string[], values: readonly string[]): string {
  return fields.flatMap((field) => values.map((value) => `${field} : ${JSON.stringify(value)}`)).join(' or ')
}

/** Where entities are looked for, and by what names. */
const LOOKED_FOR: Record<EntityState['kind'], { noun: string; where: string; fix: string }> = {
  user: {
    noun: 'user',
    where: 'The directory',
    fix: 'Name it by object ID or user principal name; an alias does not do.',
  },
  device: {
    noun: 'device',
    where: 'Defender for Endpoint',
    fix: 'Name it by its ID in Defender or by its whole DNS name, as https://security.microsoft.com > Assets > Devices shows it.',
  },
  'service-principal': {
    noun: 'application',
    where: 'The tenant',
    fix: 'Name it by object ID, application (client) ID or whole name, as https://entra.microsoft.com > Enterprise applications shows it.',
  },
}

function notFound(kind: EntityState['kind'], name: string): AppError {
  const { noun, where, fix } = LOOKED_FOR[kind]
  const what = `Could not open the ${noun}.`
  return new AppError({ code: 'ENTITY_NOT_FOUND', what, why: `${where} has no ${noun} ${name}.`, fix })
}
