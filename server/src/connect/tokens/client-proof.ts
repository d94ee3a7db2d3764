import { readCertificate } from '#connect/certificate.ts'
import type { Clock } from '#domain/clock.ts'
import type { Credential } from '#domain/tenant.ts'

import { clientAssertion } from './client-assertion.ts'

/**
 * The parameters of a request to Entra's token endpoint by which an application proves itself.
 *
 * @throws AppError CONNECT_CERTIFICATE_UNREADABLE.
 */
export function proof(
  credential: Credential,
  clientId: string,
  endpoint: string,
  clock: Clock,
): Record<string, string> {
  if (credential.kind === 'secret') return { client_secret: credential.secret }
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion(readCertificate(credential, clock), clientId, endpoint, clock.now()),
  }
}
