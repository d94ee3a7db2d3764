import { readFile } from 'node:fs/promises'

import { readCertificate } from '#connect/certificate.ts'
import { type Cloud, findCloud } from '#connect/clouds.ts'
import { createOpenId, type OpenId } from '#connect/open-id.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { Credential } from '#domain/tenant.ts'

import type { SignOnSettings } from './config.ts'
import { CALLBACK_PATH } from './sign-on.ts'

/**
 * The sign-in at Entra that the settings describe.
 *
 * @throws AppError CONFIG_VALUE_INVALID, CONNECT_CLOUD_UNKNOWN, CONNECT_CERTIFICATE_UNREADABLE.
 */
export async function openSignOn(settings: SignOnSettings, clouds: readonly Cloud[], clock: Clock): Promise<OpenId> {
  const { url, clientId, cloud } = settings
  const credential = await readCredential(settings)
  if (credential.kind === 'certificate') readCertificate(credential, clock)
  const application = { cloud: findCloud(cloud, clouds), clientId, credential, redirectUri: `${url}${CALLBACK_PATH}` }
  return createOpenId(application, clock)
}

async function readCredential({ secret = '', certificateFile }: SignOnSettings): Promise<Credential> {
  if (certificateFile === undefined) return { kind: 'secret', secret }
  try {
    const pem = await readFile(certificateFile, 'utf8')
    return { kind: 'certificate', certificatePem: pem, privateKeyPem: pem }
  } catch (error) {
    throw new AppError({
      code: 'CONFIG_VALUE_INVALID',
      what: 'Cordon did not start.',
      why: `The file ${certificateFile} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
      fix: 'Correct CORDON_SIGN_ON_CERTIFICATE_FILE, or let the user that runs Cordon read the file.',
      cause: error,
    })
  }
}
