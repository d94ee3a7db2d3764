import { applications } from '#world/applications.ts'
import { badRequest, missing } from '#services/graph/identity/errors.ts'
import { Users } from '#world/users.ts'
import { short } from '#services/graph/identity/list.ts'
import { showRef } from '#services/graph/identity/mixed.ts'
import { readJson } from '#services/graph/json.ts'
import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'
import type { Entry } from '#services/graph/identity/mixed.ts'
import type { Reply } from '#http/exchange.ts'
import type { Source } from '#services/graph/identity/list.ts'

import { auditApplication } from './audit.ts'
import { mustManage } from './authority.ts'
import { applicationOf, headOfIt, principalById, principalOfCall, registrationOfCall } from './principals.ts'

/** Owners of registrations: users and service principals. The head of IT owns those that the tenant was made with. */

const ownerIdsOf = (call: Call, { owners }: Application): string[] => owners ?? [headOfIt(call.tenant).id]

function entriesOf(call: Call, application: Application | undefined): Entry[] {
  if (!application) return []
  const users = new Users(call.tenant)
  return ownerIdsOf(call, application).map((id) => ({ type: users.find(id) ? 'user' : 'servicePrincipal', id }))
}

/** Filled in for `$expand=owners`. */
export const ownersOf = (call: Call, application: Application | undefined, select?: readonly string[]): unknown[] =>
  entriesOf(call, application).flatMap((entry) => showRef(call, entry, select) ?? [])

/** What `GET /applications/{id}/owners` lists. */
export const ownersOfRegistration = (call: Call): Source<Entry> => short(entriesOf(call, registrationOfCall(call)))

/** What `GET /servicePrincipals/{id}/owners` lists: of a registration of the company, its owners. */
export const ownersOfPrincipal = (call: Call): Source<Entry> =>
  short(entriesOf(call, applicationOf(call.tenant, principalOfCall(call).id)))

/** `POST /applications/{id}/owners/$ref` `{"@odata.id": ".../directoryObjects/{id}"}` */
export function addOwner(call: Call): Reply {
  const application = registrationOfCall(call)
  mustManage(call, application)
  const reference = readJson(call.request)['@odata.id']
  const [, id = ''] = /\/([\w-]+)\/?$/.exec(typeof reference === 'string' ? reference : '') ?? []
  if (!id) throw badRequest("Expected property '@odata.id' is not present on resource of type 'Edm.String'.")
  const owner = new Users(call.tenant).find(id) ?? principalById(call.tenant, id)
  if (!owner) throw missing(id)
  const owners = ownerIdsOf(call, application)
  if (owners.includes(owner.id))
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'owners'.",
    )
  call.tenant.objects(applications).put(application.clientId, { ...application, owners: [...owners, owner.id] })
  auditApplication(call, 'Add owner to application', 'Assign', application)
  return { status: 204 }
}

/** `DELETE /applications/{id}/owners/{owner}/$ref` */
export function removeOwner(call: Call): Reply {
  const application = registrationOfCall(call)
  mustManage(call, application)
  const owners = ownerIdsOf(call, application)
  const id = call.params['owner']!
  if (!owners.includes(id)) throw missing(id)
  call.tenant
    .objects(applications)
    .put(application.clientId, { ...application, owners: owners.filter((each) => each !== id) })
  auditApplication(call, 'Remove owner from application', 'Unassign', application)
  return { status: 204 }
}
