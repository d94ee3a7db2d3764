import { Membership } from '#world/groups.ts'
import { Users } from '#world/users.ts'
import { devices } from '#world/devices.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { Ref } from '#world/groups.ts'

import { badRequest, missing } from './errors.ts'

/** What `@odata.id` of a body names: `https://graph.microsoft.com/v1.0/directoryObjects/{id}`, or `…/users/{id}` and the like. */

/** @throws GraphError where it names nothing, or something of another type than those allowed. */
export function referenced(call: Call, allowed: readonly Ref['type'][]): Ref {
  return refOfUrl(call, readJson(call.request)['@odata.id'], allowed)
}

export function refOfUrl(call: Call, url: unknown, allowed: readonly Ref['type'][]): Ref {
  if (typeof url !== 'string') throw badRequest('Invalid URL format specified in @odata.id for reference.')
  const id = /\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\/?$/i
    .exec(url.replace(/\('([^']*)'\)$/, '/$1'))?.[1]
    ?.toLowerCase()
  if (id === undefined) throw badRequest('Invalid URL format specified in @odata.id for reference.')
  const ref = refOf(call, id)
  if (!ref) throw missing(id)
  if (!allowed.includes(ref.type)) throw badRequest('Invalid object type referenced in the request.')
  return ref
}

/** What an id is the id of; undefined for nobody's. */
export function refOf({ tenant }: Call, id: string): Ref | undefined {
  const key = id.toLowerCase()
  const user = new Users(tenant).find(key) ?? new Users(tenant, 'written').find(key)
  if (user?.id === key) return { type: 'user', id: key }
  if (new Membership(tenant).group(key)) return { type: 'group', id: key }
  if (tenant.objects(devices).find(key)) return { type: 'device', id: key }
  if (tenant.applications.some(({ servicePrincipalId }) => servicePrincipalId === key))
    return { type: 'servicePrincipal', id: key }
  return undefined
}
