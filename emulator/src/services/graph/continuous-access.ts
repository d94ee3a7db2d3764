import { applications } from '#world/applications.ts'
import { protocolNow } from '#clock.ts'
import type { Caller } from '#bearer.ts'

import { GraphError } from './errors.ts'

/**
 * Continuous access evaluation: a client that said it can handle it is told at once that its token is worth nothing any
 * more, and what to ask of the sign-in service to get another. Others go on until their token expires.
 *
 * @throws GraphError 401 with the `insufficient_claims` challenge.
 */
export function refuseRevoked(caller: Caller): void {
  if (!caller.continuous) return
  const revokedAt = revocationOf(caller)
  if (revokedAt === undefined || caller.issuedAt > revokedAt) return
  const claims = { access_token: { nbf: { essential: true, value: String(revokedAt) } } }
  throw new GraphError(
    401,
    'InvalidAuthenticationToken',
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
    {
      headers: {
        'www-authenticate': `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="${caller.appId}", error="insufficient_claims", claims="${Buffer.from(JSON.stringify(claims)).toString('base64')}"`,
      },
    },
  )
}

/** When the application's tokens were revoked, seconds; undefined if they were not. */
function revocationOf({ tenant, appId }: Caller): number | undefined {
  const application = tenant.objects(applications).find(appId)
  if (!application || application.principal) return Math.floor(protocolNow() / 1000)
  return application.tokensValidFrom === undefined
    ? undefined
    : Math.floor(Date.parse(application.tokensValidFrom) / 1000)
}
