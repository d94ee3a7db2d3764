import { z } from 'zod'

import {
  CHANGE_PRINCIPALS,
  READ_PRINCIPALS,
  readServicePrincipal,
  setPrincipalEnabled,
} from '#connect/apis/graph/service-principals.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import { applicationsOf } from './count.ts'
import type { Account } from './define-account-switch.ts'
import type { ServicePrincipalTarget } from './kinds/service-principal.ts'
import { DIRECTORY_PATIENCE } from './user-state.ts'

/** Whether an application may sign in to the tenant. */
export const ServicePrincipalState = z.object({ accountEnabled: z.boolean() })
export type ServicePrincipalState = z.infer<typeof ServicePrincipalState>

/** What every action on applications needs to read. */
export const READ_APPLICATIONS: PermissionNeed = {
  resource: RESOURCE_TITLES.graph,
  permission: READ_PRINCIPALS,
  why: 'To find applications, and to read them back afterwards.',
}

const CHANGE_APPLICATIONS: PermissionNeed = {
  resource: RESOURCE_TITLES.graph,
  permission: CHANGE_PRINCIPALS,
  why: 'To disable applications, and to enable them again. It lets Cordon change every application of the tenant, their credentials too: grant it only where this is wanted.',
}

/** Applications as something that signs in, or may not. */
export const SERVICE_PRINCIPAL_ACCOUNT: Account<ServicePrincipalState, ServicePrincipalTarget> = {
  on: 'service-principal',
  noun: 'application',
  countOf: applicationsOf,
  permissions: [CHANGE_APPLICATIONS, READ_APPLICATIONS],
  state: ServicePrincipalState,
  patience: DIRECTORY_PATIENCE,
  async read({ microsoft, principal, signal }) {
    const { accountEnabled } = await readServicePrincipal(microsoft, principal.id, signal)
    return { accountEnabled: accountEnabled ?? false }
  },
  put: ({ microsoft, principal: { id }, signal }, accountEnabled) =>
    setPrincipalEnabled(microsoft, { id, accountEnabled, signal }),
  proof: ({ accountEnabled }) =>
    accountEnabled
      ? 'The application is enabled: it gets tokens.'
      : 'The application is disabled: it gets no new tokens.',
}
