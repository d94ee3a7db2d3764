import { NO_APPLICATIONS, NO_CONDITIONS, NO_CONTROLS, NO_USERS, namedLocations } from '#world/conditional-access.ts'
import { GraphError } from '#services/graph/errors.ts'
import { RESOURCES } from '#world/resources.ts'
import { Users } from '#world/users.ts'
import { groups } from '#world/groups.ts'
import { roleDefinition } from '#world/roles.ts'
import type { Call } from '#services/graph/route.ts'
import type { ConditionalAccessPolicy } from '#world/conditional-access.ts'

import { malformed } from './named-location.ts'

/**
 * What a Conditional Access policy may be: known states and values, somebody and something it is about, controls to grant or
 * block by, and only users, groups, roles, applications and locations that exist.
 */
type Body = Pick<ConditionalAccessPolicy, 'displayName' | 'state' | 'conditions' | 'grantControls' | 'sessionControls'>

const STATES = ['enabled', 'disabled', 'enabledForReportingButNotEnforced'] as const
const CLIENTS = ['all', 'browser', 'mobileAppsAndDesktopClients', 'exchangeActiveSync', 'easSupported', 'other']
const RISKS = ['low', 'medium', 'high', 'hidden', 'none']
const PLATFORMS = ['android', 'iOS', 'windows', 'windowsPhone', 'macOS', 'all', 'linux']
const CONTROLS = [
  'block',
  'mfa',
  'compliantDevice',
  'domainJoinedDevice',
  'approvedApplication',
  'compliantApplication',
].concat(['passwordChange', 'riskRemediation'])

/** @param before what it was; undefined for a new one. @throws GraphError BadRequest, or ResourceNotFound for what it names. */
export function readPolicy(
  call: Call,
  body: Record<string, unknown>,
  before: ConditionalAccessPolicy | undefined,
): Body {
  const known = [
    'displayName',
    'state',
    'conditions',
    'grantControls',
    'sessionControls',
    'templateId',
    'description',
    'id',
  ]
  for (const name of Object.keys(body))
    if (!known.concat('createdDateTime', 'modifiedDateTime').includes(name) && !name.startsWith('@odata.'))
      throw new GraphError(
        400,
        'BadRequest',
        `The property '${name}' does not exist on type 'microsoft.graph.conditionalAccessPolicy'.`,
      )
  const displayName = body['displayName'] ?? before?.displayName
  if (typeof displayName !== 'string' || displayName.trim() === '' || displayName.length > 256)
    throw malformed('1004', 'The policy must have a display name of at most 256 characters.')
  const state = STATES.find((each) => each === (body['state'] ?? before?.state))
  if (!state) throw malformed('1005', `The state must be one of ${STATES.join(', ')}.`)
  const conditions =
    body['conditions'] === undefined && before ? before.conditions : readConditions(call, body['conditions'], before)
  const grantControls =
    body['grantControls'] === undefined && before ? before['grantControls'] : readControls(body['grantControls'])
  const sessionControls = body['sessionControls'] ?? before?.['sessionControls'] ?? null
  if (sessionControls !== null && (typeof sessionControls !== 'object' || Array.isArray(sessionControls)))
    throw malformed('1006', 'sessionControls must be an object.')
  if (grantControls === null && sessionControls === null)
    throw malformed('1008', 'The policy must have grant controls or session controls.')
  return { displayName, state, conditions, grantControls, sessionControls }
}

function part(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('1007', `${name} must be an object.`)
  return value as Record<string, unknown>
}

/** A list of texts; `among` are the values it may have. */
function texts(value: unknown, name: string, among?: readonly string[]): string[] {
  if (!Array.isArray(value) || value.length > 5_000 || value.some((each) => typeof each !== 'string'))
    throw malformed('1007', `${name} must be a list of text.`)
  const strange = among && (value as string[]).find((each) => !among.includes(each))
  if (strange !== undefined) throw malformed('1007', `'${strange}' is not a value of ${name}.`)
  return value as string[]
}

function readConditions(
  call: Call,
  value: unknown,
  before: ConditionalAccessPolicy | undefined,
): Record<string, unknown> {
  if (value === undefined || value === null) throw malformed('1011', 'The policy must have conditions.')
  const given = part(value, 'conditions')
  const strange = Object.keys(given).find(
    (name) => ![...Object.keys(NO_CONDITIONS), 'users', 'applications'].includes(name),
  )
  if (strange !== undefined && !strange.startsWith('@odata.'))
    throw malformed('1007', `'${strange}' is not a condition.`)
  const old = before?.conditions ?? {}
  const users = readUsers(call, given['users'] ?? old['users'])
  const applications = readApplications(call, given['applications'] ?? old['applications'])
  const conditions: Record<string, unknown> = { ...NO_CONDITIONS, ...old, ...given, users, applications }
  if (texts(conditions['clientAppTypes'], 'clientAppTypes', CLIENTS).length === 0)
    throw malformed('1032', 'clientAppTypes must not be empty.')
  for (const name of ['userRiskLevels', 'signInRiskLevels', 'servicePrincipalRiskLevels'])
    texts(conditions[name], name, RISKS)
  conditions['locations'] = readLocations(call, conditions['locations'])
  conditions['platforms'] = readPlatforms(conditions['platforms'])
  if (users === null && conditions['clientApplications'] === null)
    throw malformed('1012', 'The policy must be about somebody: users are missing.')
  return conditions
}

function readUsers(call: Call, value: unknown): Record<string, unknown> | null {
  if (value === undefined || value === null) return null
  const users: Record<string, unknown> = { ...NO_USERS, ...part(value, 'users') }
  const written = new Users(call.tenant, 'written')
  const must = (ids: string[], special: readonly string[], exists: (id: string) => boolean, what: string) => {
    const lost = ids.find((id) => !special.includes(id) && !exists(id))
    if (lost !== undefined) throw malformed('1020', `${what} with id ${lost} does not exist in the directory.`)
  }
  for (const side of ['include', 'exclude']) {
    const special = side === 'include' ? ['All', 'None', 'GuestsOrExternalUsers'] : ['GuestsOrExternalUsers']
    must(
      texts(users[`${side}Users`], `${side}Users`),
      special,
      (id) => written.find(id)?.id === id.toLowerCase(),
      'User',
    )
    must(
      texts(users[`${side}Groups`], `${side}Groups`),
      [],
      (id) => call.tenant.objects(groups).find(id.toLowerCase()) !== undefined,
      'Group',
    )
    must(texts(users[`${side}Roles`], `${side}Roles`), [], (id) => roleDefinition(id) !== undefined, 'Role')
  }
  const included = ['includeUsers', 'includeGroups', 'includeRoles'].some(
    (name) => (users[name] as string[]).length > 0,
  )
  if (!included && users['includeGuestsOrExternalUsers'] === null)
    throw malformed('1012', 'The policy must be about somebody: nobody is included.')
  return users
}

/** Names of applications of Microsoft's own that policies know, and ids of those of the tenant. */
function readApplications(call: Call, value: unknown): Record<string, unknown> {
  if (value === undefined || value === null)
    throw malformed('1013', 'The policy must be about something: applications are missing.')
  const applications: Record<string, unknown> = { ...NO_APPLICATIONS, ...part(value, 'applications') }
  for (const name of ['includeApplications', 'excludeApplications']) {
    const lost = texts(applications[name], name).find((id) => !isApplication(call, id))
    if (lost !== undefined)
      throw malformed('1021', `ServicePrincipal with appId ${lost} does not exist in the directory.`)
  }
  const actions = texts(applications['includeUserActions'], 'includeUserActions')
  const contexts = texts(
    applications['includeAuthenticationContextClassReferences'],
    'includeAuthenticationContextClassReferences',
  )
  if ((applications['includeApplications'] as string[]).length + actions.length + contexts.length === 0)
    throw malformed('1013', 'The policy must be about something: no application, action or context is included.')
  return applications
}

const isApplication = ({ tenant }: Call, id: string): boolean =>
  ['All', 'None', 'Office365', 'MicrosoftAdminPortals'].includes(id) ||
  tenant.applications.some(({ clientId }) => clientId === id.toLowerCase()) ||
  RESOURCES.some(({ appId }) => appId === id.toLowerCase())

function readLocations(call: Call, value: unknown): object | null {
  if (value === undefined || value === null) return null
  const given = part(value, 'locations')
  const [includeLocations, excludeLocations] = ['includeLocations', 'excludeLocations'].map((name) =>
    texts(given[name] ?? [], name),
  ) as [string[], string[]]
  const lost = [...includeLocations, ...excludeLocations].find(
    (id) => id !== 'All' && id !== 'AllTrusted' && !call.tenant.objects(namedLocations).find(id.toLowerCase()),
  )
  if (lost !== undefined) throw malformed('1040', `NamedLocation with id ${lost} does not exist in the directory.`)
  if (includeLocations.length === 0) throw malformed('1014', 'A policy with locations must include at least one.')
  return { includeLocations, excludeLocations }
}

function readPlatforms(value: unknown): object | null {
  if (value === undefined || value === null) return null
  const given = part(value, 'platforms')
  return {
    includePlatforms: texts(given['includePlatforms'] ?? [], 'includePlatforms', PLATFORMS),
    excludePlatforms: texts(given['excludePlatforms'] ?? [], 'excludePlatforms', PLATFORMS),
  }
}

function readControls(value: unknown): object | null {
  if (value === undefined || value === null) return null
  const controls: Record<string, unknown> = { ...NO_CONTROLS, ...part(value, 'grantControls') }
  const operator = controls['operator'] ?? 'OR'
  if (operator !== 'OR' && operator !== 'AND')
    throw malformed('1009', "The operator of grant controls must be 'AND' or 'OR'.")
  const builtIn = texts(controls['builtInControls'], 'builtInControls', CONTROLS)
  const all = [
    ...builtIn,
    ...texts(controls['customAuthenticationFactors'], 'customAuthenticationFactors'),
    ...texts(controls['termsOfUse'], 'termsOfUse'),
  ]
  if (all.length === 0 && controls['authenticationStrength'] === null)
    throw malformed('1008', 'Grant controls must not be empty.')
  if (builtIn.includes('block') && all.length > 1)
    throw malformed('1010', "The control 'block' cannot be combined with others.")
  return { ...controls, operator }
}
