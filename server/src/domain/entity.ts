import type { ActionRun } from './action-run.ts'
import type { Alert } from './alert.ts'

/** A user as Microsoft holds it at the moment. */
export interface UserState {
  kind: 'user'
  /** Object id. */
  id: string
  /** User principal name. */
  address: string
  name: string
  accountEnabled: boolean
  /** Copied from the company's own Active Directory. */
  isSynced: boolean
  isGuest: boolean
  /** Sessions from before are worth nothing. */
  sessionsValidFrom?: string
  /** Directory roles; absent where they could not be read. */
  roles?: string[]
  /** In Identity Protection's words; absent where it could not be read. */
  risk?: { state: string; level: string }
}

/** A device as Defender for Endpoint holds it at the moment. */
export interface DeviceState {
  kind: 'device'
  id: string
  /** DNS name. */
  address: string
  /** Platform. */
  name: string
  healthStatus?: string
  lastSeen?: string
  /** Absent where it could not be read. */
  isIsolated?: boolean
}

/** An application as it acts in the tenant, which Microsoft calls a service principal. */
export interface ServicePrincipalState {
  kind: 'service-principal'
  /** Object id. */
  id: string
  /** Application ID. */
  address: string
  name: string
  accountEnabled: boolean
  /** Who registered it. */
  registeredBy: 'this tenant' | 'another tenant' | 'Microsoft' | 'unknown'
  /** What it was allowed on behalf of people; absent where it could not be read. */
  consents?: { scopes: string[]; forEverybody: boolean; users: number }
  /** How many app roles it holds of each API, for what it does on its own; absent where they could not be read. */
  appRoles?: { resource: string; roles: number }[]
}

export type EntityState = UserState | DeviceState | ServicePrincipalState

/** Somebody or something that events and alerts are about, and actions are on. */
export interface Entity<State extends EntityState = EntityState> {
  state: State
  /** What could not be found out, and why. */
  unknown: { what: string; why: string }[]
  /** KQL for the events that it is in. */
  query: string
  /** Alerts with evidence among its events of the last thirty days, newest first. */
  alerts: Alert[]
  /** What was planned or done on it, newest first. */
  actionRuns: ActionRun[]
}
