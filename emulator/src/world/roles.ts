import type { Tenant } from '#cloud.ts'

import { listed } from './objects.ts'
import { random } from './random.ts'
import { replica } from './replicas.ts'
import type { Kind } from './objects.ts'
import type { Person } from './directory.ts'
import type { World } from './world.ts'

/**
 * Directory roles: which there are (ids as published, the same in every tenant), who holds them, and whom a holder may touch.
 */
export interface RoleDefinition {
  /** Template id: also the id of the definition, and the `wids` of tokens. */
  id: string
  displayName: string
  description: string
}

const role = (id: string, displayName: string, description: string): RoleDefinition => ({
  id,
  displayName,
  description,
})

export const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10'
export const PRIVILEGED_AUTHENTICATION_ADMINISTRATOR = '7be44c8a-adaf-4e2a-84d6-ab2649e08a13'
export const AUTHENTICATION_ADMINISTRATOR = 'c4e39bd9-1100-46d3-8c65-fb160da0071f'
export const USER_ADMINISTRATOR = 'fe930be7-5e62-47db-91af-98c3a49a38b1'
export const HELPDESK_ADMINISTRATOR = '729827e3-9c14-49f7-bb1b-9608f156bbb8'
export const PASSWORD_ADMINISTRATOR = '966707d0-3269-4727-9be2-8c3a10f19b9d'
const DIRECTORY_READERS = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b'
const GROUPS_ADMINISTRATOR = 'fdd7a751-b60b-444a-984c-02652fe8fa1c'
const MESSAGE_CENTER_READER = '790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b'
const REPORTS_READER = '4a5d8f65-41da-4de4-8968-e035b65339cf'
export const SECURITY_ADMINISTRATOR = '194ae4cb-b126-40b2-bd5b-6091b380977d'
export const EXCHANGE_ADMINISTRATOR = '29232cdf-9323-42fd-ade2-1d097af3e4de'
export const EXCHANGE_RECIPIENT_ADMINISTRATOR = '31392ffb-586c-42d1-9346-e59415a2cc4e'

/** Built-in roles that matter to an incident responder. */
export const ROLE_DEFINITIONS: readonly RoleDefinition[] = [
  role(
    GLOBAL_ADMINISTRATOR,
    'Global Administrator',
    'Can manage all aspects of the directory and of services that use its identities.',
  ),
  role(
    'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
    'Global Reader',
    'Can read everything that a global administrator can, and change nothing.',
  ),
  role(
    'e8611ab8-c189-46e8-94e1-60213ab1f814',
    'Privileged Role Administrator',
    'Can manage role assignments and all aspects of Privileged Identity Management.',
  ),
  role(
    PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
    'Privileged Authentication Administrator',
    'Can view, set and reset authentication method information of any user.',
  ),
  role(
    AUTHENTICATION_ADMINISTRATOR,
    'Authentication Administrator',
    'Can view, set and reset authentication method information of non-admin users.',
  ),
  role(USER_ADMINISTRATOR, 'User Administrator', 'Can manage users and groups, and reset passwords of limited admins.'),
  role(
    HELPDESK_ADMINISTRATOR,
    'Helpdesk Administrator',
    'Can reset passwords of non-administrators and of helpdesk administrators.',
  ),
  role(
    PASSWORD_ADMINISTRATOR,
    'Password Administrator',
    'Can reset passwords of non-administrators and of password administrators.',
  ),
  role(
    SECURITY_ADMINISTRATOR,
    'Security Administrator',
    'Can read security information and reports, and manage security configuration.',
  ),
  role('5f2222b1-57c3-48ba-8ad5-d4759f1fde6f', 'Security Operator', 'Creates and manages security events.'),
  role('5d6b6bb7-de71-4623-b4af-96380a352509', 'Security Reader', 'Can read security information and reports.'),
  role(
    'b1be1c3e-b65d-4f19-8427-f6fa0d97feb9',
    'Conditional Access Administrator',
    'Can manage Conditional Access capabilities.',
  ),
  role(EXCHANGE_ADMINISTRATOR, 'Exchange Administrator', 'Can manage all aspects of Exchange.'),
  role(
    EXCHANGE_RECIPIENT_ADMINISTRATOR,
    'Exchange Recipient Administrator',
    'Can create or update recipients in Exchange.',
  ),
  role('f28a1f50-f6e7-4571-818b-6a12f2af6b6c', 'SharePoint Administrator', 'Can manage all aspects of SharePoint.'),
  role('69091246-20e8-4a56-aa4d-066075b2a7a8', 'Teams Administrator', 'Can manage Teams.'),
  role('3a2c62db-5318-420d-8d74-23affee5d9d5', 'Intune Administrator', 'Can manage all aspects of Intune.'),
  role(
    '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3',
    'Application Administrator',
    'Can create and manage all aspects of app registrations and enterprise apps.',
  ),
  role(
    '158c047a-c907-4556-b7ef-446551a6b5f7',
    'Cloud Application Administrator',
    'Can manage app registrations and enterprise apps, without App Proxy.',
  ),
  role(
    '17315797-102d-40b4-93e0-432062caca18',
    'Compliance Administrator',
    'Can read and manage compliance configuration and reports.',
  ),
  role(
    '8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2',
    'Hybrid Identity Administrator',
    'Can manage federation and synchronization with Active Directory.',
  ),
  role(GROUPS_ADMINISTRATOR, 'Groups Administrator', 'Can manage all aspects of groups and group settings.'),
  role(
    '4d6ac14f-3453-41d0-bef9-a3e0c569773a',
    'License Administrator',
    'Can manage product licenses on users and groups.',
  ),
  role(
    'b0f54661-2d74-4c50-afa3-1ec803f12efe',
    'Billing Administrator',
    'Can perform common billing related tasks like updating payment information.',
  ),
  role(REPORTS_READER, 'Reports Reader', 'Can read sign-in and audit reports.'),
  role(
    MESSAGE_CENTER_READER,
    'Message Center Reader',
    'Can read messages and updates for the organization in the Message center.',
  ),
  role(DIRECTORY_READERS, 'Directory Readers', 'Can read basic directory information.'),
]

export const roleDefinition = (id: string): RoleDefinition | undefined =>
  ROLE_DEFINITIONS.find((each) => each.id === id.toLowerCase())

/** Whose holders a limited administrator may touch, beside users without any role: as published in Microsoft's tables. */
export const LIMITED_ROLES = {
  userAdministrator: [
    DIRECTORY_READERS,
    GROUPS_ADMINISTRATOR,
    HELPDESK_ADMINISTRATOR,
    MESSAGE_CENTER_READER,
    PASSWORD_ADMINISTRATOR,
    REPORTS_READER,
    USER_ADMINISTRATOR,
  ],
  helpdeskAdministrator: [DIRECTORY_READERS, HELPDESK_ADMINISTRATOR, MESSAGE_CENTER_READER, REPORTS_READER],
  authenticationAdministrator: [
    AUTHENTICATION_ADMINISTRATOR,
    DIRECTORY_READERS,
    MESSAGE_CENTER_READER,
    PASSWORD_ADMINISTRATOR,
    REPORTS_READER,
  ],
  passwordAdministrator: [DIRECTORY_READERS, PASSWORD_ADMINISTRATOR],
} as const satisfies Record<string, readonly string[]>

/** A role held by a user, a role-assignable group or a service principal, for the whole directory. */
export interface RoleAssignment {
  id: string
  principalId: string
  roleDefinitionId: string
  directoryScopeId: string
}

/** By assignment id. Those of the applications are in {@link allAssignments}. */
export const roleAssignments: Kind<RoleAssignment> = { name: 'roleAssignment', born: listed(({ id }) => id, born) }

export const assignmentId = (seed: number, principalId: string, roleId: string): string =>
  `${Buffer.from(random(seed, 'role assignment', principalId, roleId).hex(60), 'hex').toString('base64url')}-1`

/** For a scenario to plant under its id. */
export const assignment = (seed: number, principalId: string, roleDefinitionId: string): RoleAssignment => ({
  id: assignmentId(seed, principalId, roleDefinitionId),
  principalId,
  roleDefinitionId,
  directoryScopeId: '/',
})

/** Of which the IT department's first people hold one each, after their head. */
const IT_ROLES = [
  USER_ADMINISTRATOR,
  EXCHANGE_ADMINISTRATOR,
  SECURITY_ADMINISTRATOR,
  HELPDESK_ADMINISTRATOR,
  '5d6b6bb7-de71-4623-b4af-96380a352509',
]

/** Name of the group whose members hold a role through it. */
export const TIER_ZERO = 'Tier 0 Administrators'

export const groupId = (seed: number, name: string): string => random(seed, 'group', name).guid()

function born({ seed, directory }: World): RoleAssignment[] {
  const administrators = itStaff(directory, IT_ROLES.length)
  return [
    ...directory.emergencyAccounts.map(({ id }) => assignment(seed, id, GLOBAL_ADMINISTRATOR)),
    assignment(seed, directory.at(HEAD_OF_IT).id, GLOBAL_ADMINISTRATOR),
    ...administrators.map(({ id }, i) => assignment(seed, id, IT_ROLES[i]!)),
    assignment(seed, groupId(seed, TIER_ZERO), PRIVILEGED_AUTHENTICATION_ADMINISTRATOR),
  ]
}

export const HEAD_OF_IT = 7

/** The first people of the IT department, without its head. */
export function itStaff(directory: World['directory'], count: number): Person[] {
  const found: Person[] = []
  for (let index = HEAD_OF_IT + 1; index < directory.users && found.length < count; index++) {
    const person = directory.at(index)
    if (person.department === 'IT') found.push(person)
  }
  return found
}

/** Every assignment as reads show it; those that applications were registered with come last. */
export function allAssignments(tenant: Tenant): RoleAssignment[] {
  const copy = replica(tenant, roleAssignments)
  const gone = new Map(copy.touched())
  const ofApplications = tenant.applications.flatMap(({ servicePrincipalId, directoryRoles }) =>
    directoryRoles.map((id) => assignment(tenant.world.seed, servicePrincipalId, id)),
  )
  return [...copy.all(), ...ofApplications.filter(({ id }) => !gone.has(id))]
}

/** Template ids of the roles that were given to a principal itself. */
export const rolesHeldBy = (tenant: Tenant, principalId: string): string[] =>
  allAssignments(tenant).flatMap((each) => (each.principalId === principalId ? [each.roleDefinitionId] : []))
