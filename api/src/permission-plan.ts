import { z } from 'zod'

import { ConnectionUse, RequirementVerdict } from './connection.ts'

/** POST /api/connections/plan: what is to be done with a tenant. */
export const PlanRequest = z
  .strictObject({
    cloud: z.string().default('worldwide'),
    feeds: z.array(z.string()).default([]).describe('Feed ids.'),
    investigate: z.boolean().default(false),
    actions: z.array(z.string()).default([]).describe('Action ids.'),
    separate: z
      .boolean()
      .default(false)
      .describe('One registration each to collect, to investigate and to respond, instead of one for all.'),
    name: z
      .string()
      .regex(/^\P{Cc}+$/u, 'Expected printable characters.')
      .max(100)
      .default('Cordon')
      .describe('What to call the registration.'),
    directoryId: z.guid().optional().describe('Directory (tenant) ID, for the consent link.'),
    clientId: z
      .guid()
      .optional()
      .describe('Application (client) ID of a registration that exists, for the consent link.'),
  })
  .meta({ id: 'PlanRequest' })
export type PlanRequest = z.input<typeof PlanRequest>

export const PlannedPermission = z
  .object({
    resource: z.string(),
    resourceAppId: z.guid(),
    permission: z.string(),
    roleId: z.guid().optional().describe('Id of the app role; the scripts look it up where it is absent.'),
    uses: z.array(z.object({ by: z.string().describe('Title of a feed or an action.'), why: z.string() })),
  })
  .meta({ id: 'PlannedPermission' })
export type PlannedPermission = z.infer<typeof PlannedPermission>

export const PlannedRequirement = z
  .object({
    kind: RequirementVerdict.shape.kind,
    name: z.string(),
    why: z.string(),
    neededBy: z.array(z.string()),
    id: z.string().optional().describe('Template id of a directory role, application ID of a service principal.'),
  })
  .meta({ id: 'PlannedRequirement' })
export type PlannedRequirement = z.infer<typeof PlannedRequirement>

/** One application registration, whole. */
export const PlannedRegistration = z
  .object({
    name: z.string(),
    uses: z.array(ConnectionUse),
    permissions: z.array(PlannedPermission),
    requirements: z.array(PlannedRequirement),
    consentUrl: z.string().describe('Where an administrator consents; `<…>` stands for an ID that was not given.'),
    scripts: z.object({ azureCli: z.string(), powershell: z.string() }),
  })
  .meta({ id: 'PlannedRegistration' })
export type PlannedRegistration = z.infer<typeof PlannedRegistration>

export const PermissionPlan = z
  .object({
    cloud: z.string(),
    registrations: z.array(PlannedRegistration),
    leftOut: z
      .array(z.object({ id: z.string(), title: z.string(), why: z.string() }))
      .describe('What was chosen and the cloud does not offer.'),
  })
  .meta({ id: 'PermissionPlan' })
export type PermissionPlan = z.infer<typeof PermissionPlan>

/** POST /api/keys/rotate. */
export const KeyRotation = z
  .object({
    keyId: z.string().describe('The key that credentials are sealed with from now on.'),
    resealed: z.int().describe('Credentials sealed anew.'),
    keptAt: z.string().optional().describe('Where the key before is kept, for backups made under it.'),
  })
  .meta({ id: 'KeyRotation' })
export type KeyRotation = z.infer<typeof KeyRotation>
