import { applications } from '#world/applications.ts'
import { badRequest, missing } from '#services/graph/identity/errors.ts'
import { allowOptions, project, readSelect } from '#services/graph/odata/options.ts'
import { readJson } from '#services/graph/json.ts'
import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { auditApplication } from './audit.ts'
import { mustManage } from './authority.ts'
import { applicationOf, headOfIt, principalById, principalOfCall, registrationOfCall } from './principals.ts'

/** Owners of registrations: users and service principals. The head of IT owns those that the tenant was made with. */

type Owner = Record<string, unknown> & { id: string }

const PROPERTIES = [
  '@odata.type',
  'id',
  'displayName',
  'userPrincipalName',
  'mail',
  'givenName',
  'surname',
  'jobTitle',
  'appId',
]

export const ownerIdsOf = (call: Call, { owners }: Application): string[] => owners ?? [headOfIt(call.tenant).id]

export function ownersOf(call: Call, application: Application | undefined): Owner[] {
  if (!application) return []
  return ownerIdsOf(call, application).flatMap<Owner>((id) => {
    const person = call.tenant.world.directory.find(id)
    if (person) {
      const { displayName, userPrincipalName, mail, givenName, surname, jobTitle } = person
      return [
        {
          '@odata.type': '#microsoft.graph.user',
          id,
          displayName,
          userPrincipalName,
          mail,
          givenName,
          surname,
          jobTitle,
        },
      ]
    }
    const principal = principalById(call.tenant, id)
    if (!principal) return []
    const { displayName, appId } = principal
    return [{ '@odata.type': '#microsoft.graph.servicePrincipal', id, displayName, appId }]
  })
}

function listing(call: Call, owners: readonly Owner[]): Reply {
  const { query } = call.request
  allowOptions(query, ['$select', '$top'])
  const select = readSelect(query, PROPERTIES, 'microsoft.graph.directoryObject')
  const value = select ? owners.map((owner) => project(owner, ['@odata.type', ...select])) : owners
  return { status: 200, body: { '@odata.context': `${call.root}/$metadata#directoryObjects`, value } }
}

/** `GET /applications/{id}/owners` */
export const listOwners = (call: Call): Reply => listing(call, ownersOf(call, registrationOfCall(call)))

/** `GET /servicePrincipals/{id}/owners` */
export const listPrincipalOwners = (call: Call): Reply =>
  listing(call, ownersOf(call, applicationOf(call.tenant, principalOfCall(call).id)))

/** `POST /applications/{id}/owners/$ref` `{"@odata.id": ".../directoryObjects/{id}"}` */
export function addOwner(call: Call): Reply {
  const application = registrationOfCall(call)
  mustManage(call, application)
  const reference = readJson(call.request)['@odata.id']
  const [, id = ''] = /\/([\w-]+)\/?$/.exec(typeof reference === 'string' ? reference : '') ?? []
  if (!id) throw badRequest("Expected property '@odata.id' is not present on resource of type 'Edm.String'.")
  const owner = call.tenant.world.directory.find(id) ?? principalById(call.tenant, id)
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
