import { z } from 'zod'

export const RoleName = z.enum(['viewer', 'analyst', 'responder', 'administrator'])
export type RoleName = z.infer<typeof RoleName>

/** Of people who have a role in single tenants only. */
export const StandingName = z.enum(['none', ...RoleName.options])
export type StandingName = z.infer<typeof StandingName>

/** Of people who sign in elsewhere: they have no password in Cordon. */
export const Identity = z
  .object({
    issuer: z.string().describe('Who vouches for them.'),
    subject: z.string().describe('What the issuer calls them for good; the object ID in Entra.'),
  })
  .meta({ id: 'Identity' })
export type Identity = z.infer<typeof Identity>

export const SignIn = z
  .object({ name: z.string().min(1).max(200), password: z.string().min(1).max(1000) })
  .meta({ id: 'SignIn' })
export type SignIn = z.infer<typeof SignIn>

/** GET and POST /api/session */
export const Session = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), role: StandingName, identity: Identity.optional() }),
    tenants: z
      .array(z.object({ id: z.string(), name: z.string(), role: StandingName }))
      .describe('Those in which the user has a role, and which.'),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

/** A password that somebody chooses. */
export const ChosenPassword = z.string().min(8).max(1000)

/** POST /api/session/password */
export const ChangePassword = z
  .object({ old: z.string().min(1).max(1000), password: ChosenPassword })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.infer<typeof ChangePassword>

/** GET /api/sessions, and of others for administrators */
export const UserSession = z
  .object({
    id: z.string(),
    createdAt: z.string(),
    expiresAt: z.string(),
    address: z.string(),
    userAgent: z.string(),
    isCurrent: z.boolean().describe('It is the one that asks.'),
  })
  .meta({ id: 'UserSession' })
export type UserSession = z.infer<typeof UserSession>
export const UserSessionList = z.object({ sessions: z.array(UserSession) }).meta({ id: 'UserSessionList' })
export type UserSessionList = z.infer<typeof UserSessionList>
