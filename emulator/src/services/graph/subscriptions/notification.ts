import { GRAPH } from '#world/resources.ts'
import { Query } from '#http/exchange.ts'
import { protocolNow } from '#clock.ts'
import { rolesInForce } from '#world/applications.ts'
import { shapeMessage } from '#services/graph/mail/shape.ts'
import type { Call } from '#services/graph/route.ts'
import type { Tenant } from '#cloud.ts'
import type { TokenKeys } from '#token-keys.ts'

import { encipher } from './encryption.ts'
import type { AlertEvent } from './alert-events.ts'
import type { MailEvent } from './mail-events.ts'
import type { Subscription } from './subscription.ts'

/** What an endpoint is told: in which subscription, what kind of change, and of which object. Who wants more asks for it. */

/** Members that notifications of both kinds have. */
export const headOf = (tenant: Tenant, subscription: Subscription) => ({
  subscriptionId: subscription.id,
  subscriptionExpirationDateTime: new Date(subscription.expiresAt).toISOString(),
  clientState: subscription.clientState,
  tenantId: tenant.world.tenantId,
})

/** The part about a message. */
export function mailPart(tenant: Tenant, subscription: Subscription, event: MailEvent): object {
  const { mailbox, message, changeType } = event
  const id = subscription.immutableIds ? event.immutableId : event.id
  const path = `Users/${mailbox.person.id}/Messages/${id}`
  const call = callOf(tenant, subscription)
  const shown = message && shapeMessage(call, mailbox, message, selectOf(subscription))
  const { encryption } = subscription
  return {
    changeType,
    resource: path,
    resourceData: {
      '@odata.type': '#Microsoft.Graph.Message',
      '@odata.id': path,
      ...(shown ? { '@odata.etag': shown['@odata.etag'] } : {}),
      id,
    },
    ...(encryption && shown ? { encryptedContent: encipher(shown, encryption) } : {}),
  }
}

/** The part about an alert. */
export function alertPart({ id, changeType }: AlertEvent): object {
  const path = `Security/alerts/${id}`
  return {
    changeType,
    resource: path,
    resourceData: { '@odata.type': '#Microsoft.Graph.alert', '@odata.id': path, id },
  }
}

/** The application that speaks for Graph in tokens that go with resource data. */
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086'

/** A token by which an endpoint that is sent resource data knows that it comes from Graph. */
export function validationToken(tenant: Tenant, keys: TokenKeys, applicationId: string): Promise<string> {
  const now = Math.floor(protocolNow() / 1000)
  const { tenantId } = tenant.world
  return keys.sign({
    aud: applicationId,
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: now,
    nbf: now,
    exp: now + 3600,
    appid: PUBLISHER,
    appidacr: '2',
    idp: `https://sts.windows.net/${tenantId}/`,
    tid: tenantId,
    ver: '1.0',
  })
}

const selectOf = ({ target }: Subscription) =>
  (target.kind === 'messages' ? target.select : null) ?? ['id', 'changeKey']

/** The question that the resource data answers, as if the application had asked it. */
function callOf(tenant: Tenant, { applicationId, immutableIds }: Subscription): Call {
  const application = tenant.applications.find(({ clientId }) => clientId === applicationId)
  const origin = GRAPH.audience
  return {
    tenant,
    appId: applicationId,
    roles: new Set(application ? rolesInForce(application, tenant.now) : []),
    directoryRoles: new Set(),
    issuedAt: 0,
    continuous: false,
    params: {},
    root: `${origin}/v1.0`,
    request: {
      method: 'GET',
      origin,
      path: '/v1.0',
      segments: ['v1.0'],
      query: new Query(''),
      headers: immutableIds ? { prefer: 'IdType="ImmutableId"' } : {},
      body: Buffer.alloc(0),
    },
  }
}
