import { listMachineActions, isolationOf } from '#connect/apis/defender/machine-actions.ts'
import { findUsers, listDirectoryRoles } from '#connect/apis/graph/users.ts'
import { readRiskyUser } from '#connect/apis/graph/risky-users.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { DeviceState, Entity, UserState } from '#domain/entity.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import { findDevices } from '#respond/kinds/device.ts'
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
 * Users and devices as Microsoft holds them now, with what Cordon knows of them. Changes nothing.
 *
 * @throws AppError ENTITY_NOT_FOUND, CONNECTION_NOT_FOUND; CONNECT_* where Microsoft does not tell at all.
 */
export interface Entities {
  /** By object id or user principal name. */
  user(tenantId: TenantId, name: string): Promise<Entity<UserState>>
  /** By Defender's id or DNS name. */
  device(tenantId: TenantId, name: string): Promise<Entity<DeviceState>>
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
  async function known(tenantId: TenantId, { kind, id }: UserState | DeviceState, query: string) {
    const now = clock.now()
    const range = { from: isoTime(now - DAYS_MS), to: isoTime(now) }
    const { events } = await search.page(tenantId, { ...range, query, limit: EVENTS_MOST })
    const found = await records.alerts.alertIdsOf(
      tenantId,
      events.map(({ event }) => event.id),
    )
    const ids = [...new Set(found.values())].slice(0, ALERTS_MOST)
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
        ...(await known(tenantId, state, anyOf(['related.user', 'user.name'], address))),
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
        ...(await known(tenantId, state, anyOf(['related.hosts', 'host.name'], state.address))),
      }
    },
  }
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

/** KQL for events in which one of the fields has the value. */
function anyOf(fields: readonly string[], value: string): string {
  const quoted = JSON.stringify(value)
  return fields.map((field) => `${field} : ${quoted}`).join(' or ')
}

function notFound(kind: 'user' | 'device', name: string): AppError {
  const where = kind === 'user' ? 'The directory' : 'Defender for Endpoint'
  return new AppError({
    code: 'ENTITY_NOT_FOUND',
    what: `Could not open the ${kind}.`,
    why: `${where} has no ${kind} ${name}.`,
    fix:
      kind === 'user'
        ? 'Name it by object ID or user principal name; an alias does not do.'
        : 'Name it by its ID in Defender or by its whole DNS name, as https://security.microsoft.com > Assets > Devices shows it.',
  })
}
