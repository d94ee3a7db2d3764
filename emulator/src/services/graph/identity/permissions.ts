import type { Caller } from '#bearer.ts'

/** Sets of permissions that several operations accept, as published, and what a caller sees by them. */

const DEVICE_MANAGEMENT = ['Apps', 'Configuration', 'ManagedDevices', 'ServiceConfig'].map(
  (part) => `DeviceManagement${part}`,
)
const READ_INTUNE = DEVICE_MANAGEMENT.map((name) => `${name}.Read.All`)
const WRITE_INTUNE = DEVICE_MANAGEMENT.map((name) => `${name}.ReadWrite.All`)
export const AGENTS = ['AgentIdUser.ReadWrite.All', 'AgentIdUser.ReadWrite.IdentityParentedBy']
export const DIRECTORY = ['Directory.Read.All', 'Directory.ReadWrite.All']

export const READ_USERS = [
  'User.ReadBasic.All',
  'User.Read.All',
  'User.ReadWrite.All',
  'User.ReadWrite.CrossCloud',
  ...DIRECTORY,
  ...AGENTS,
  ...READ_INTUNE,
  ...WRITE_INTUNE,
]

/** With one of these nearly everything of a user may be written. */
export const WRITE_USERS = [
  'User.ReadWrite.All',
  'User.ReadWrite.CrossCloud',
  'Directory.ReadWrite.All',
  ...AGENTS,
  ...WRITE_INTUNE,
]

export const CREATE_USERS = WRITE_USERS.filter((name) => name !== 'User.ReadWrite.CrossCloud')
export const DELETE_USERS = [
  ...WRITE_USERS.filter((name) => name !== 'Directory.ReadWrite.All'),
  'User.DeleteRestore.All',
]

/** Manager, direct reports, devices and the like of a user. */
export const READ_RELATIONS = ['User.Read.All', 'User.ReadWrite.All', ...DIRECTORY, ...AGENTS]

export const READ_GROUPS = [
  'Group.ReadBasic.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Group.ManageProtection.All',
  'Group-NestingSupport.ReadWrite.All',
  'Group-PreferredDataLocation.ReadWrite.All',
  'GroupMember.Read.All',
  ...DIRECTORY,
]

export const READ_MEMBERS = [
  'GroupMember.ReadBasic.All',
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.ReadBasic.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
]

/** To ask what something is a member of. */
export const CHECK_MEMBERSHIP = [
  'Application.Read.All',
  'Application.ReadWrite.All',
  'Device.Read.All',
  'Device.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadBasic.All',
  'Group.ReadWrite.All',
  'GroupMember.Read.All',
  'GroupMember.ReadBasic.All',
  'User.Read.All',
  'User.ReadWrite.All',
  ...DIRECTORY,
  ...AGENTS,
]

/** {@link CHECK_MEMBERSHIP} without who may write users. */
export const GET_MEMBER_GROUPS = CHECK_MEMBERSHIP.filter(
  (name) => !AGENTS.includes(name) && name !== 'User.ReadWrite.All',
)

export const READ_DEVICES = ['Device.Read.All', 'Device.ReadWrite.All', ...DIRECTORY]
export const READ_ROLES = ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', ...DIRECTORY]

export const hasAny = ({ roles }: Caller, names: readonly string[]): boolean => names.some((name) => roles.has(name))
