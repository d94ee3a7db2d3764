import type { Route } from '#services/graph/route.ts'

import { authenticationMethodRoutes } from './authentication-methods.ts'
import { conditionalAccessRoutes } from './conditional-access.ts'
import { deviceRoutes } from './devices.ts'
import { directoryObjectRoutes } from './directory-objects.ts'
import { groupRoutes } from './groups.ts'
import { membershipRoutes } from './memberships.ts'
import { organizationRoutes } from './organization.ts'
import { registrationRoutes } from './registration-details.ts'
import { roleRoutes } from './roles.ts'
import { userRoutes } from './users.ts'

/** The directory: everybody and everything that can sign in, and what they may do. */
export const identityRoutes: readonly Route[] = [
  ...userRoutes,
  ...groupRoutes,
  ...membershipRoutes,
  ...roleRoutes,
  ...deviceRoutes,
  ...directoryObjectRoutes,
  ...authenticationMethodRoutes,
  ...registrationRoutes,
  ...conditionalAccessRoutes,
  ...organizationRoutes,
]
