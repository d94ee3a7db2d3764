import type { Cloud } from '#cloud.ts'
import type { Service } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { controlService } from './control/control.ts'
import { graphService } from './graph/graph.ts'
import { loginService } from './login/login.ts'
import { managementActivityService } from './management-activity/management-activity.ts'

/** Every service there is. The last one answers for paths that belong to none. */
export const servicesOf = (cloud: Cloud, keys: TokenKeys): readonly Service[] => [
  loginService(cloud, keys),
  graphService(cloud, keys),
  managementActivityService(cloud, keys),
  controlService(cloud),
]
