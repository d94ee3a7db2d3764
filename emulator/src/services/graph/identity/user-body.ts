import type { Call } from '#services/graph/route.ts'
import type { User } from '#world/users.ts'
import { GraphError } from '#services/graph/errors.ts'
import { Users, isSynced } from '#world/users.ts'

import { WRITE_USERS, hasAny } from './permissions.ts'
import { badRequest, denied, invalidValue } from './errors.ts'
import { requireAbove, requirePasswordSetter } from './privileged.ts'
import { userType } from './user-type.ts'

/** What a client may write of a user, with which permission, and what the directory makes of it. */

type Check = (value: unknown, name: string) => unknown

const text: Check = (value, name) => {
  if (value === null) return null
  if (typeof value !== 'string' || value.length > 1024) throw invalidValue(name)
  return value
}

const needed: Check = (value, name) => {
  if (typeof value !== 'string' || value.trim() === '' || value.length > 256) throw invalidValue(name)
  return value
}

const truth: Check = (value, name) => {
  if (typeof value !== 'boolean') throw invalidValue(name)
  return value
}

const texts: Check = (value, name) => {
  if (!Array.isArray(value) || value.length > 250 || value.some((each) => typeof each !== 'string'))
    throw invalidValue(name)
  return value
}

const moment: Check = (value, name) => {
  if (value === null) return null
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw invalidValue(name)
  return `${new Date(value).toISOString().slice(0, 19)}Z`
}

const country: Check = (value, name) => {
  if (value !== null && !/^[A-Z]{2}$/i.test(String(value))) throw invalidValue(name)
  return value
}

const identities: Check = (value, name) => {
  const fits = (each: unknown) => {
    const { signInType, issuer, issuerAssignedId } = (each ?? {}) as Record<string, unknown>
    return [signInType, issuer, issuerAssignedId].every((part) => typeof part === 'string' || part === null)
  }
  if (!Array.isArray(value) || value.length > 10 || !value.every(fits)) throw invalidValue(name)
  return (value as Record<string, unknown>[]).map(({ signInType, issuer, issuerAssignedId }) => ({
    signInType,
    issuer,
    issuerAssignedId,
  }))
}

const WRITABLE: Record<string, Check> = {
  accountEnabled: truth,
  showInAddressList: truth,
  displayName: needed,
  userPrincipalName: needed,
  mailNickname: needed,
  mail: text,
  usageLocation: country,
  businessPhones: texts,
  otherMails: texts,
  identities,
  employeeHireDate: moment,
  employeeLeaveDateTime: moment,
  ...Object.fromEntries(
    ['givenName', 'surname', 'jobTitle', 'department', 'officeLocation', 'mobilePhone', 'city', 'state', 'country']
      .concat([
        'streetAddress',
        'postalCode',
        'faxNumber',
        'companyName',
        'preferredLanguage',
        'employeeId',
        'userType',
      ])
      .concat(['employeeType', 'ageGroup', 'consentProvidedForMinor', 'passwordPolicies', 'preferredDataLocation'])
      .concat(['onPremisesImmutableId'])
      .map((name) => [name, text]),
  ),
}

/** Permissions that open one part of a user, beside those that open all of it. */
const NARROW: Record<string, string> = {
  accountEnabled: 'User.EnableDisableAccount.All',
  passwordProfile: 'User-PasswordProfile.ReadWrite.All',
  identities: 'User.ManageIdentities.All',
  businessPhones: 'User-Phone.ReadWrite.All',
  mobilePhone: 'User-Phone.ReadWrite.All',
  mail: 'User-Mail.ReadWrite.All',
  otherMails: 'User-Mail.ReadWrite.All',
}

/** Actions on these are sensitive: an administrator's can be written only from above. */
const SENSITIVE = new Set([
  'accountEnabled',
  'businessPhones',
  'mobilePhone',
  'otherMails',
  'userPrincipalName',
  'onPremisesImmutableId',
])

/** What comes from the company's own Active Directory and is changed there. */
const MASTERED = new Set(
  [
    'displayName',
    'givenName',
    'surname',
    'jobTitle',
    'department',
    'officeLocation',
    'mobilePhone',
    'city',
    'state',
    'country',
  ]
    .concat([
      'streetAddress',
      'postalCode',
      'faxNumber',
      'companyName',
      'mail',
      'mailNickname',
      'businessPhones',
      'employeeId',
    ])
    .concat(['userPrincipalName', 'onPremisesImmutableId', 'showInAddressList']),
)

/** What a body sets, checked. */
export interface UserBody {
  set: Record<string, unknown>
  /** `text` where a new one is given. */
  password: { forceChangePasswordNextSignIn: boolean; text: string | undefined } | undefined
}

/**
 * Reads the body of a write.
 *
 * @throws GraphError BadRequest for a property that users lack, Request_BadRequest for one that cannot be written or whose
 *   value is not valid.
 */
export function readUserBody(body: Record<string, unknown>): UserBody {
  const set: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@odata.') || name === 'passwordProfile') continue
    const check = Object.hasOwn(WRITABLE, name) ? WRITABLE[name] : undefined
    if (check) set[name] = check(value, name)
    else if (Object.hasOwn(userType.properties, name))
      throw badRequest(`Property '${name}' is read-only and cannot be set.`)
    else
      throw new GraphError(
        400,
        'BadRequest',
        `The property '${name}' does not exist on type 'microsoft.graph.user'. Make sure to only use property names that are defined by the type.`,
      )
  }
  return { set, password: readPassword(body['passwordProfile']) }
}

function readPassword(profile: unknown): UserBody['password'] {
  if (profile === undefined || profile === null) return undefined
  if (typeof profile !== 'object' || Array.isArray(profile)) throw invalidValue('passwordProfile')
  const { password, forceChangePasswordNextSignIn = true } = profile as Record<string, unknown>
  if (password !== undefined && typeof password !== 'string') throw invalidValue('passwordProfile')
  if (typeof forceChangePasswordNextSignIn !== 'boolean') throw invalidValue('passwordProfile')
  if (typeof password === 'string' && !isComplex(password))
    throw badRequest(
      'The specified password does not comply with password complexity requirements. Please provide a different password.',
    )
  return { forceChangePasswordNextSignIn, text: password }
}

/** Eight to 256 characters of at least three of four sorts. */
function isComplex(password: string): boolean {
  const sorts = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((sort) => sort.test(password)).length
  return password.length >= 8 && password.length <= 256 && sorts >= 3
}

/** @throws GraphError where the caller, or anybody, may not write this of the user. */
export function requireWritable(call: Call, user: User, { set, password }: UserBody): void {
  const names = [...Object.keys(set), ...(password ? ['passwordProfile'] : [])]
  if (!hasAny(call, WRITE_USERS)) {
    if (names.some((name) => !call.roles.has(NARROW[name] ?? ''))) throw denied()
    // Whoever may only enable and disable must also be allowed to read the user.
    if (names.includes('accountEnabled') && !hasAny(call, ['User.Read.All', 'Directory.Read.All'])) throw denied()
  }
  if (password) requirePasswordSetter(call, user)
  if (names.some((name) => SENSITIVE.has(name))) requireAbove(call, user)
  if (isSynced(user) && names.some((name) => MASTERED.has(name)))
    throw badRequest(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    )
}

/**
 * @param self object id of the user who is to have the name; undefined for a new one.
 * @throws GraphError where the name is nobody's to have.
 */
export function requireFreeName(call: Call, name: unknown, self?: string): void {
  if (name === undefined) return
  const { domain, initialDomain } = call.tenant.world
  const [local = '', home = '', ...rest] = String(name).split('@')
  if (!/^[\w.!#^~'-]{1,64}$/.test(local) || rest.length > 0) throw invalidValue('userPrincipalName')
  if (![domain, initialDomain].includes(home.toLowerCase()))
    throw badRequest(
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    )
  const taken = new Users(call.tenant, 'written').find(String(name))
  if (taken && taken.id !== self)
    throw new GraphError(
      400,
      'Request_BadRequest',
      'Another object with the same value for property userPrincipalName already exists.',
      { inner: {} },
    )
}
