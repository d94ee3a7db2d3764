import { z } from 'zod'

import { ChosenPassword, Identity, RoleName, StandingName } from './session.ts'

const TenantRoles = z.record(z.string(), RoleName).describe('By tenant, where it is more than the role for all.')

/** Somebody who may sign in. */
export const User = z
  .object({
    id: z.string(),
    name: z.string(),
    role: StandingName.describe('For the installation and every tenant in it.'),
    tenantRoles: TenantRoles.optional(),
    identity: Identity.optional(),
    createdAt: z.string(),
    disabledAt: z.string().optional().describe('Since when they may not sign in.'),
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

/** GET /api/users */
export const UserList = z.object({ users: z.array(User) }).meta({ id: 'UserList' })
export type UserList = z.infer<typeof UserList>

/** POST /api/users */
export const CreateUser = z
  .object({
    name: z.string().trim().min(1).max(200),
    role: StandingName,
    tenantRoles: TenantRoles.optional(),
    password: ChosenPassword.optional().describe('Made up when absent.'),
  })
  .meta({ id: 'CreateUser' })
export type CreateUser = z.infer<typeof CreateUser>

export const CreatedUser = User.extend({
  password: z.string().optional().describe('The one that was made up: only in this reply.'),
}).meta({ id: 'CreatedUser' })
export type CreatedUser = z.infer<typeof CreatedUser>

/** PATCH /api/users/{id} */
export const ChangeUser = z
  .object({
    role: StandingName.optional(),
    tenantRoles: TenantRoles.optional().describe('All of them: those that are not named go.'),
    isDisabled: z.boolean().optional(),
  })
  .meta({ id: 'ChangeUser' })
export type ChangeUser = z.infer<typeof ChangeUser>

/** POST /api/users/{id}/password */
export const NewPassword = z.object({ password: z.string() }).meta({ id: 'NewPassword' })
export type NewPassword = z.infer<typeof NewPassword>
