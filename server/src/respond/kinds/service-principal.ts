import { findServicePrincipals, type ServicePrincipal } from '#connect/apis/graph/service-principals.ts'
import type { ActionTarget } from '#domain/action-run.ts'
import type { Target } from '#respond/action.ts'
import { applicationsOf } from '#respond/count.ts'
import type { Kind, NewTarget } from '#respond/kind.ts'
import { invalid } from '#respond/not-planned.ts'

/** An application as it acts in the tenant, by what was read when the action was planned. */
export interface ServicePrincipalTarget extends Target {
  principal: Pick<ServicePrincipal, 'id' | 'appId'>
}

/** Applications, named by object id, application id or display name; each is a lane of its own. */
export const servicePrincipals: Kind<ServicePrincipalTarget> = {
  id: 'service-principal',
  isGrantedByToken: true,

  async resolve({ records, tenantId, connectionId: wish, targets: names = [], ownApplications = [], connect }) {
    if (names.length === 0) {
      throw invalid('No application is named.', 'Name at least one, by object id, application (client) ID or name.')
    }
    const { connectionId, open } = await connect(wish)
    const microsoft = await open()
    const found = await Promise.all(
      names.map(async (name) => ({ name, principals: await findServicePrincipals(microsoft, name) })),
    )
    const once = new Map<string, ServicePrincipal>()
    const unknown: string[] = []
    for (const { name, principals } of found) {
      const [principal, ...others] = principals
      if (!principal) unknown.push(name)
      else if (others.length > 0) throw invalid(...severalCalled(name, principals))
      else once.set(principal.id, principal)
    }
    if (unknown.length > 0) {
      throw invalid(
        `The tenant has no application ${unknown.join(', ')}.`,
        'Name applications by object id, application (client) ID or whole name, as https://entra.microsoft.com > Enterprise applications shows them.',
      )
    }
    const connections = await records.connections.list(tenantId)
    const ownIds = [...ownApplications, ...connections.map(({ clientId }) => clientId)]
    const own = new Set(ownIds.map((id) => id.toLowerCase()))
    return {
      connectionId,
      targets: [...once.values()].map((principal): NewTarget => {
        const protectedBy = own.has(principal.appId.toLowerCase()) ? WHY_OWN : whyMicrosoft(principal)
        return { ...targetOf(principal), ...(protectedBy !== undefined && { protectedBy }) }
      }),
    }
  },

  open: async () => principalOf,

  // Whose an application is does not change after the plan.
  whyRefused: () => undefined,

  restored: (count) => `put back ${applicationsOf(count)}`,
}

/** Why a name does not do, and what does. */
export function severalCalled(name: string, principals: readonly ServicePrincipal[]): [why: string, fix: string] {
  const candidates = principals.map(({ id, appId }) => `${id} (application ID ${appId})`)
  return [
    `Several applications are called ${name}: ${candidates.join(', ')}.`,
    'Name the one that is meant by its object id.',
  ]
}

function targetOf({ id, appId, displayName }: ServicePrincipal) {
  return { ref: id, objectId: id, name: displayName ?? appId, address: appId, lane: id }
}

function principalOf({ objectId, address }: ActionTarget): Pick<ServicePrincipalTarget, 'principal'> {
  return { principal: { id: objectId, appId: address } }
}

const WHY_OWN = 'It is an application that Cordon itself signs in as, or people sign in to Cordon with.'

/**
 * Tenants in which Microsoft registers its own applications.
 *
 * @see https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
 */
const MICROSOFT_TENANTS: ReadonlySet<string> = new Set([
  'f8cdef31-a31e-4b4a-93e4-5f571e91255a',
  '72f988bf-86f1-41af-91ab-2d7cd011db47',
])

/** Whether Microsoft has registered it. */
export function isMicrosofts({
  appOwnerOrganizationId: owner,
}: Pick<ServicePrincipal, 'appOwnerOrganizationId'>): boolean {
  return !!owner && MICROSOFT_TENANTS.has(owner.toLowerCase())
}

/** Half of Microsoft 365 hangs on some of them, and a mistake there stops the sign-ins of a whole company. */
function whyMicrosoft(principal: ServicePrincipal): string | undefined {
  if (!isMicrosofts(principal)) return undefined
  return 'It is an application of Microsoft’s own, on which services of Microsoft 365 may depend. If it must be, change it by hand in https://entra.microsoft.com > Enterprise applications.'
}
