import { z } from 'zod'

import { ActionRun } from './action-run.ts'
import { Alert } from './alert.ts'

const Entity = z.object({
  unknown: z.array(z.object({ what: z.string(), why: z.string() })).describe('What could not be found out, and why.'),
  query: z.string().describe('KQL for the events that it is in.'),
  alerts: z.array(Alert).describe('With evidence among its events of the last thirty days, newest first.'),
  actionRuns: z.array(ActionRun).describe('Planned or done on it, newest first.'),
})

/** GET /api/tenants/{tenantId}/users/{name}: by object id or user principal name. */
export const UserEntity = Entity.extend({
  state: z.object({
    id: z.string().describe('Object id.'),
    address: z.string().describe('User principal name.'),
    name: z.string(),
    accountEnabled: z.boolean(),
    isSynced: z.boolean().describe('Mastered in Active Directory on premises.'),
    isGuest: z.boolean(),
    sessionsValidFrom: z.string().optional().describe('Sessions from before are worth nothing.'),
    roles: z.array(z.string()).optional().describe('Directory roles; absent where they could not be read.'),
    risk: z
      .object({ state: z.string(), level: z.string() })
      .optional()
      .describe('In the words of Identity Protection; absent where it could not be read.'),
  }),
}).meta({ id: 'UserEntity' })
export type UserEntity = z.infer<typeof UserEntity>

/** GET /api/tenants/{tenantId}/devices/{name}: by Defender's id or DNS name. */
export const DeviceEntity = Entity.extend({
  state: z.object({
    id: z.string().describe('Defender’s id.'),
    address: z.string().describe('DNS name.'),
    name: z.string().describe('Platform.'),
    healthStatus: z.string().optional(),
    lastSeen: z.string().optional(),
    isIsolated: z.boolean().optional().describe('Absent where it could not be read.'),
  }),
}).meta({ id: 'DeviceEntity' })
export type DeviceEntity = z.infer<typeof DeviceEntity>

/** GET /api/tenants/{tenantId}/service-principals/{name}: by object id, application ID or whole display name. */
export const ServicePrincipalEntity = Entity.extend({
  state: z.object({
    id: z.string().describe('Object id.'),
    address: z.string().describe('Application ID.'),
    name: z.string(),
    accountEnabled: z.boolean().describe('Whether it gets tokens.'),
    registeredBy: z.enum(['this tenant', 'another tenant', 'Microsoft', 'unknown']),
    consents: z
      .object({
        scopes: z.array(z.string()).describe('Delegated permissions, each once.'),
        forEverybody: z.boolean().describe('An administrator consented on behalf of everybody.'),
        users: z.number().int().describe('How many users consented, or somebody did for them alone.'),
      })
      .optional()
      .describe('What it was allowed on behalf of people; absent where it could not be read.'),
    appRoles: z
      .array(z.object({ resource: z.string().describe('The API.'), roles: z.number().int() }))
      .optional()
      .describe('How many app roles it holds of each API; absent where they could not be read.'),
  }),
}).meta({ id: 'ServicePrincipalEntity' })
export type ServicePrincipalEntity = z.infer<typeof ServicePrincipalEntity>
