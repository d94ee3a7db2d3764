import { randomUUID, X509Certificate } from 'node:crypto'

import { readEwsUrl } from '#connect/ews/create-ews.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import { ON_PREMISES, type Connection } from '#domain/tenant.ts'

import { readTenantId } from './connection-request.ts'

/** What is asked for a connection to an Exchange server on premises. */
export interface NewExchangeConnection {
  name: string
  /** Directory (tenant) ID of the company. */
  directoryId: string
  /** Of Exchange Web Services. */
  url: string
  user: string
  password: string
  /** PEM of the only authority to trust. */
  ca?: string | undefined
  /** Primary SMTP addresses. */
  mailboxes: string[]
}

/** The connection as it is kept. @throws AppError CONNECT_TENANT_INVALID, CONNECT_CERTIFICATE_UNREADABLE, REQUEST_INVALID. */
export function exchangeConnection(request: NewExchangeConnection, clock: Clock): Connection {
  const { name, directoryId, url, user, ca, mailboxes } = request
  const tenantId = readTenantId(directoryId)
  const { origin, path } = readEwsUrl(url)
  if (ca !== undefined) readAuthority(ca)
  const addresses = new Map(mailboxes.map((address) => [address.trim().toLowerCase(), address.trim()]))
  return {
    id: randomUUID(),
    tenantId,
    name,
    cloud: ON_PREMISES,
    clientId: user.trim(),
    credentialKind: 'password',
    exchange: { url: `${origin}${path}`, mailboxes: [...addresses.values()] },
    feeds: [],
    settings: {},
    createdAt: isoTime(clock.now()),
  }
}

/** @throws AppError CONNECT_CERTIFICATE_UNREADABLE. */
function readAuthority(ca: string): void {
  try {
    void new X509Certificate(ca)
  } catch (error) {
    throw new AppError({
      code: 'CONNECT_CERTIFICATE_UNREADABLE',
      what: 'The connection was not added.',
      why: 'The authority to trust is no certificate in PEM.',
      fix: 'Export the root certificate of the authority that issued the server’s as Base64 (PEM).',
      cause: error,
    })
  }
}
