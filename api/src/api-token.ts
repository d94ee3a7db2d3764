import { z } from 'zod'

import { RoleName } from './session.ts'

/** POST /api/tokens */
export const CreateApiToken = z
  .object({
    name: z.string().min(1).max(100),
    role: RoleName.describe('The token may do at most what this role may.'),
    rights: z.array(z.string()).max(100).optional().describe('Of that, only this; all of it when absent.'),
    tenantIds: z.array(z.string()).min(1).max(1000).optional().describe('All that the owner may see when absent.'),
    days: z.int().min(1).max(365).default(90),
  })
  .meta({ id: 'CreateApiToken' })
export type CreateApiToken = z.infer<typeof CreateApiToken>

export const ApiToken = z
  .object({
    id: z.string(),
    name: z.string(),
    role: RoleName,
    rights: z.array(z.string()).optional(),
    tenantIds: z.array(z.string()).optional(),
    createdAt: z.string(),
    expiresAt: z.string(),
    lastUsedAt: z.string().optional().describe('To the minute.'),
    token: z.string().optional().describe('The token itself: only in the reply that made it.'),
  })
  .meta({ id: 'ApiToken' })
export type ApiToken = z.infer<typeof ApiToken>

/** GET /api/tokens, and of others for administrators */
export const ApiTokenList = z.object({ tokens: z.array(ApiToken) }).meta({ id: 'ApiTokenList' })
export type ApiTokenList = z.infer<typeof ApiTokenList>
