import { z } from 'zod'

import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { odataQuery, odataString, percentEncode } from './odata.ts'

/** Applications as they act in the tenant: service principals, in Microsoft's words. */
export const ServicePrincipal = z.object({
  id: z.string(),
  appId: z.string(),
  displayName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  /** The tenant that registered the application. */
  appOwnerOrganizationId: z.string().nullish(),
})
export type ServicePrincipal = z.infer<typeof ServicePrincipal>

export const READ_PRINCIPALS = 'Application.Read.All'
export const CHANGE_PRINCIPALS = 'Application.ReadWrite.All'

const PRINCIPALS = '/v1.0/servicePrincipals'
const $select = Object.keys(ServicePrincipal.shape).join(',')

/** By the object id of a service principal. */
export const principalPath = (id: string): string => `${PRINCIPALS}/${percentEncode(id)}`

/** A service principal by its object id. @throws AppError CONNECT_*: CONNECT_NOT_FOUND where there is none. */
export function readServicePrincipal(
  microsoft: Microsoft,
  id: string,
  signal?: AbortSignal,
): Promise<ServicePrincipal> {
  return microsoft.json(reading(`${principalPath(id)}${odataQuery({ $select })}`, signal), ServicePrincipal)
}

/**
 * Service principals that a person means by an object id, an application id or a whole display name, which several may have;
 * none where nobody is called so.
 *
 * @throws AppError CONNECT_*
 * @see https://learn.microsoft.com/graph/api/serviceprincipal-list
 */
export async function findServicePrincipals(microsoft: Microsoft, idOrName: string): Promise<ServicePrincipal[]> {
  if (z.guid().safeParse(idOrName).success) {
    const byAppId = `${PRINCIPALS}(appId='${idOrName}')${odataQuery({ $select })}`
    for (const path of [`${principalPath(idOrName)}${odataQuery({ $select })}`, byAppId]) {
      const found = await microsoft.json(reading(path), ServicePrincipal).catch(none)
      if (found) return [found]
    }
    return []
  }
  const $filter = `displayName eq ${odataString(idOrName)}`
  const all: ServicePrincipal[] = []
  const first = reading(`${PRINCIPALS}${odataQuery({ $filter, $select, $top: 100 })}`)
  for await (const page of microsoft.pages(first, ServicePrincipal)) all.push(...page)
  return all
}

/**
 * Enables or disables a service principal: disabled, it gets no tokens. Idempotent.
 *
 * @throws AppError CONNECT_*: CONNECT_NOT_FOUND where there is none.
 * @see https://learn.microsoft.com/graph/api/serviceprincipal-update
 */
export async function setPrincipalEnabled(
  microsoft: Microsoft,
  { id, accountEnabled, signal }: { id: string; accountEnabled: boolean; signal?: AbortSignal | undefined },
): Promise<void> {
  await microsoft.send({
    api: 'graph',
    method: 'PATCH',
    path: principalPath(id),
    body: { accountEnabled },
    repeatable: true,
    what: `Could not ${accountEnabled ? 'enable' : 'disable'} an application.`,
    permission: CHANGE_PRINCIPALS,
    ...(signal && { signal }),
  })
}

function reading(path: string, signal?: AbortSignal): MicrosoftRequest {
  const what = 'Could not read an application.'
  return { api: 'graph', path, what, permission: READ_PRINCIPALS, ...(signal && { signal }) }
}

function none(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return undefined
  throw error
}
