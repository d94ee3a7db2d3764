import { appRoleOf } from '#connect/app-roles.ts'
import { type Cloud, findCloud } from '#connect/clouds.ts'
import { permissionToWrite } from '#connect/consent.ts'
import { DIRECTORY_ROLES } from '#connect/directory-roles.ts'
import { AppError } from '#domain/errors.ts'
import { type RequirementNeed, type Use, USES } from '#domain/tenant.ts'

import { type Feature, FEATURES, whyNotOffered } from './permissions.ts'
import { azureCliScript } from './planner-azure-cli.ts'
import { powershellScript } from './planner-powershell.ts'

/**
 * The permission planner: from what is wanted of a tenant to exactly what its administrator has to grant. It knows nothing by
 * itself: permissions and requirements are those that the chosen units declare.
 */
export interface PlanRequest {
  cloud: string
  /** Feed ids. */
  feeds: readonly string[]
  investigate: boolean
  /** Action ids. */
  actions: readonly string[]
  /** A registration each to collect, to investigate and to respond. */
  separate: boolean
  /** What to call the registration. */
  name: string
  directoryId?: string | undefined
  clientId?: string | undefined
}

export interface PermissionPlan {
  cloud: string
  registrations: PlannedRegistration[]
  /** What was chosen and the cloud does not offer. */
  leftOut: { id: string; title: string; why: string }[]
}

/** One application registration, whole. */
export interface PlannedRegistration {
  name: string
  uses: Use[]
  permissions: PlannedPermission[]
  requirements: PlannedRequirement[]
  /** `<…>` stands for an ID that is not known. */
  consentUrl: string
  scripts: { azureCli: string; powershell: string }
}

export interface PlannedPermission {
  resource: string
  resourceAppId: string
  permission: string
  roleId?: string
  uses: { by: string; why: string }[]
}

export interface PlannedRequirement extends RequirementNeed {
  /** Titles. */
  neededBy: string[]
  /** Template id of a directory role, application ID of a service principal. */
  id?: string
}

/** @throws AppError REQUEST_INVALID for features that do not exist or none at all, CONNECT_CLOUD_UNKNOWN. */
export function planPermissions(request: PlanRequest, clouds: readonly Cloud[]): PermissionPlan {
  const cloud = findCloud(request.cloud, clouds)
  const chosen = chooseFeatures(request)
  const refused = chosen.map((feature) => ({ feature, why: whyNotOffered(feature, cloud) }))
  const offered = refused.filter(({ why }) => why === undefined).map(({ feature }) => feature)
  const groups = request.separate ? USES.map((use) => [use]) : [USES]
  return {
    cloud: cloud.name,
    registrations: groups.flatMap((uses) => {
      const features = offered.filter(({ use }) => uses.includes(use))
      return features.length > 0 ? [register(features, cloud, request)] : []
    }),
    leftOut: refused.flatMap(({ feature: { id, title }, why }) => (why === undefined ? [] : [{ id, title, why }])),
  }
}

function chooseFeatures({ feeds, investigate, actions }: PlanRequest): Feature[] {
  const wanted = new Set([...feeds, ...actions, ...(investigate ? ['investigate'] : [])])
  const chosen = FEATURES.filter(({ id, use }) => wanted.has(id) && (use !== 'investigate' || investigate))
  const known = new Set(chosen.map(({ id }) => id))
  const unknown = [...wanted].filter((id) => !known.has(id))
  if (wanted.size > 0 && unknown.length === 0) return chosen
  const of = (use: Use) => FEATURES.filter((feature) => feature.use === use).map(({ id }) => id)
  throw new AppError({
    code: 'REQUEST_INVALID',
    what: 'Could not plan permissions.',
    why: unknown.length > 0 ? `There is no feature ${unknown.join(', ')}.` : 'Nothing was chosen.',
    fix: `Choose feeds among ${of('collect').join(', ')}; actions among ${of('respond').join(', ')}; or to investigate.`,
  })
}

function register(features: readonly Feature[], cloud: Cloud, request: PlanRequest): PlannedRegistration {
  const uses = USES.filter((use) => features.some((feature) => feature.use === use))
  const plan = {
    name: request.separate ? `${request.name} ${uses.join(' ')}` : request.name,
    uses,
    permissions: permissionsOf(features),
    requirements: requirementsOf(features),
  }
  const { directoryId = '<directory (tenant) ID>', clientId = '<application (client) ID>' } = request
  return {
    ...plan,
    consentUrl: `${cloud.login}/${directoryId}/adminconsent?client_id=${clientId}`,
    scripts: { azureCli: azureCliScript(plan, cloud), powershell: powershellScript(plan, cloud) },
  }
}

/** Each permission once, with everything that uses it. */
function permissionsOf(features: readonly Feature[]): PlannedPermission[] {
  const once = new Map<string, PlannedPermission>()
  for (const { title, permissions } of features) {
    for (const { resource, permission, why } of permissions) {
      const role = appRoleOf(resource, permission)
      if (!role) continue
      const planned = once.get(`${resource} ${permission}`) ?? { resource, permission, ...role, uses: [] }
      planned.uses.push({ by: title, why })
      once.set(`${resource} ${permission}`, planned)
    }
  }
  return withoutIncluded([...once.values()])
}

/** The permission to write includes the one to read, whose uses it takes over: least privilege asks for no more than is used. */
function withoutIncluded(permissions: readonly PlannedPermission[]): PlannedPermission[] {
  return permissions.flatMap((planned) => {
    const wider = permissions.find((other) => isWider(other, planned))
    if (wider) return []
    const narrower = permissions.filter((other) => isWider(planned, other))
    return [{ ...planned, uses: [...planned.uses, ...narrower.flatMap(({ uses }) => uses)] }]
  })
}

function isWider(wide: PlannedPermission, narrow: PlannedPermission): boolean {
  return wide.resource === narrow.resource && wide.permission === permissionToWrite(narrow.permission)
}

function requirementsOf(features: readonly Feature[]): PlannedRequirement[] {
  const once = new Map<string, PlannedRequirement>()
  for (const { title, requirements } of features) {
    for (const need of requirements) {
      const key = `${need.kind} ${need.name}`
      const id = need.kind === 'service-principal' ? need.name : DIRECTORY_ROLES[need.name]
      const planned = once.get(key) ?? {
        ...need,
        neededBy: [],
        ...(id !== undefined && need.kind !== 'azure-role' && { id }),
      }
      planned.neededBy.push(title)
      once.set(key, planned)
    }
  }
  return [...once.values()]
}
