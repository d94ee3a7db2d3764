import { z } from 'zod'

import { RoleName } from './session.ts'

/** Somebody who may sign in. */
export const User = z
  .object({ id: z.string(), name: z.string(), role: RoleName, createdAt: z.string() })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

/** GET /api/users */
export const UserList = z.object({ users: z.array(User) }).meta({ id: 'UserList' })
export type UserList = z.infer<typeof UserList>

/** POST /api/users */
export const CreateUser = z
  .object({
    name: z.string().trim().min(1).max(200),
    role: RoleName,
    password: z.string().min(8).max(1000).optional().describe('Made up when absent.'),
  })
  .meta({ id: 'CreateUser' })
export type CreateUser = z.infer<typeof CreateUser>

export const CreatedUser = User.extend({
  password: z.string().optional().describe('The one that was made up: only in this reply.'),
}).meta({ id: 'CreatedUser' })
export type CreatedUser = z.infer<typeof CreatedUser>
