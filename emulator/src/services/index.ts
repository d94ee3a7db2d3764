import type { Cloud } from '#cloud.ts'
import type { Service } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { azureService } from './azure/azure.ts'
import { cloudAppsService } from './cloud-apps/cloud-apps.ts'
import { controlService } from './control/control.ts'
import { defenderService } from './defender/defender.ts'
import { ewsService } from './ews/ews.ts'
import { exchangeAdminService } from './exchange-admin/exchange-admin.ts'
import { graphService } from './graph/graph.ts'
import { loginService } from './login/login.ts'
import { managementActivityService } from './management-activity/management-activity.ts'

// Speaks AMQP, at ports of its own.
export { openEventHubs } from './event-hubs/event-hubs.ts'

/** Every service that speaks HTTP. The last one answers for paths that belong to none. */
export const servicesOf = (cloud: Cloud, keys: TokenKeys): readonly Service[] => [
  // Before the sign-in service, which takes what has `v2.0` in second place.
  exchangeAdminService(cloud, keys),
  loginService(cloud, keys),
  graphService(cloud, keys),
  managementActivityService(cloud, keys),
  ewsService(cloud),
  defenderService(cloud, keys),
  cloudAppsService(cloud, keys),
  azureService(cloud, keys),
  controlService(cloud, keys),
]
