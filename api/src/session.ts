import { z } from 'zod'

export const RoleName = z.enum(['viewer', 'analyst', 'responder', 'administrator'])
export type RoleName = z.infer<typeof RoleName>

export const SignIn = z
  .object({ name: z.string().min(1).max(200), password: z.string().min(1).max(1000) })
  .meta({ id: 'SignIn' })
export type SignIn = z.infer<typeof SignIn>

/** GET and POST /api/session */
export const Session = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), role: RoleName }),
    tenants: z.array(z.object({ id: z.string(), name: z.string() })),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const CreateApiToken = z
  .object({ name: z.string().min(1).max(100), role: RoleName, days: z.int().min(1).max(365).default(90) })
  .meta({ id: 'CreateApiToken' })
export type CreateApiToken = z.infer<typeof CreateApiToken>

export const ApiToken = z
  .object({
    id: z.string(),
    name: z.string(),
    role: RoleName,
    createdAt: z.string(),
    expiresAt: z.string(),
    token: z.string().optional().describe('The token itself: only in the reply that made it.'),
  })
  .meta({ id: 'ApiToken' })
export type ApiToken = z.infer<typeof ApiToken>
