import { applications } from '#world/applications.ts'
import { directoryAuditOf } from '#world/entra/directory-audits.ts'
import { resourceOfRole } from '#world/resources.ts'
import type { Application } from '#world/applications.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { Reply, Request } from '#http/exchange.ts'

import { escaped, page, redirect } from './pages.ts'
import { once, required } from './form.ts'
import { readRedirectUri, withParameters } from './redirect-uri.ts'
import { unknownApplication } from './errors.ts'

/**
 * The page where an administrator grants an application what its registration asks for. `/adminconsent` grants all of it;
 * so does `/v2.0/adminconsent`, whose `scope` names the resource as `https://graph.microsoft.com/.default`. An application
 * of several tenants that is new here gets its service principal by it.
 *
 * @throws LoginError 900144, 700016, 50011.
 */
export function adminConsent(cloud: Cloud, tenant: Tenant, request: Request, version: 'v1' | 'v2'): Reply {
  const parameters = once(request.query.text)
  const clientId = required(parameters, 'client_id')
  const scope = version === 'v2' ? required(parameters, 'scope') : undefined
  const application = findAnywhere(cloud, tenant, clientId)
  const address = readRedirectUri(application, required(parameters, 'redirect_uri'))
  const state = parameters.get('state') ?? undefined
  const answer = request.method === 'POST' ? once(request.body.toString('utf8')) : new URLSearchParams()
  if (answer.has('cancel'))
    return redirect(
      withParameters(address, {
        error: 'permission_denied',
        error_description: 'The admin canceled the request',
        state,
      }),
    )
  if (!answer.has('accept')) return consentPage(tenant, application, request)
  grant(tenant, application)
  return redirect(withParameters(address, { admin_consent: 'True', tenant: tenant.world.tenantId, state, scope }))
}

/** Of this tenant, or one of another that is made for several. */
function findAnywhere(cloud: Cloud, tenant: Tenant, clientId: string): Application {
  const key = clientId.toLowerCase()
  const here = tenant.objects(applications).find(key)
  if (here) return here
  const elsewhere = cloud.tenants.map((each) => each.objects(applications).find(key)).find((each) => each?.multiTenant)
  if (!elsewhere) throw unknownApplication(clientId, tenant.world.name)
  return { ...elsewhere, roles: [], directoryRoles: [] }
}

function grant(tenant: Tenant, application: Application): void {
  const known = tenant.objects(applications).find(application.clientId)
  const { principal: _, ...active } = application
  const granted: Application = {
    ...active,
    roles: [...new Set([...application.roles, ...(application.requestedRoles ?? [])])],
    servicePrincipalId: known ? application.servicePrincipalId : tenant.newId('servicePrincipal'),
  }
  tenant.objects(applications).put(application.clientId, granted)
  directoryAuditOf(tenant, {
    activityDisplayName: 'Consent to application',
    category: 'ApplicationManagement',
    operationType: 'Assign',
    by: tenant.world.directory.at(0),
    targets: [
      {
        id: granted.servicePrincipalId,
        displayName: application.name,
        type: 'ServicePrincipal',
        modified: [
          { name: 'ConsentContext.IsAdminConsent', old: null, new: '"True"' },
          { name: 'ConsentContext.OnBehalfOfAll', old: null, new: '"True"' },
        ],
      },
    ],
  })
}

function consentPage(tenant: Tenant, application: Application, request: Request): Reply {
  const asked = (application.requestedRoles ?? []).map(
    (role) => `<li>${escaped(role)} <small>${escaped(resourceOfRole(role)?.displayName ?? '')}</small></li>`,
  )
  const action = `${request.path}?${request.query.text}`
  const what =
    asked.length > 0 ? `<p>It will be allowed:</p><ul>${asked.join('')}</ul>` : '<p>It asks for nothing new.</p>'
  return page(
    200,
    'Permissions requested',
    `<p>${escaped(application.name)} asks for permissions in the whole of ${escaped(tenant.world.name)}.</p>${what}
<form method="post" action="${escaped(action)}"><p><button name="accept" value="1">Accept</button></p><p><button name="cancel" value="1">Cancel</button></p></form>`,
  )
}
