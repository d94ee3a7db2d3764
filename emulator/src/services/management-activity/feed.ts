import { CONTENT_TYPES } from '#world/audit/content-types.ts'
import type { Caller } from '#bearer.ts'
import type { ContentType } from '#world/audit/content-types.ts'
import type { Request } from '#http/exchange.ts'

import { invalidContentType, missingParameter } from './errors.ts'

/** `https://host/api/v1.0/{tenant}/activity/feed` */
export const feedRoot = (caller: Caller, request: Request): string =>
  `${request.origin}/api/v1.0/${caller.tenant.world.tenantId}/activity/feed`

/** `contentType`, in any case. @throws ActivityError AF20001, AF20020. */
export function readContentType(request: Request): ContentType {
  const text = request.query.get('contentType')
  if (!text) throw missingParameter('contentType')
  const contentType = CONTENT_TYPES.find((known) => known.toLowerCase() === text.toLowerCase())
  if (!contentType) throw invalidContentType()
  return contentType
}
