import type { Route } from '#services/graph/route.ts'

import { directoryAuditRoutes } from './directory-audits.ts'
import { identityProtectionRoutes } from './identity-protection.ts'
import { signInRoutes } from './sign-ins.ts'

/** Logs of Entra ID and Identity Protection. */
export const auditRoutes: readonly Route[] = [...signInRoutes, ...directoryAuditRoutes, ...identityProtectionRoutes]
