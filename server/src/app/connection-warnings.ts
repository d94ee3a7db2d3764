import type { Clock } from '#domain/clock.ts'
import type { Connection } from '#domain/tenant.ts'

/** What will stop working, or has changed under the hands. */
export interface ConnectionWarning {
  kind: 'credential-expires' | 'credential-expired' | 'permissions-changed' | 'certificate-pending'
  what: string
  fix: string
  /** ISO: when it happens, or happened. */
  at?: string
}

const DAY_MS = 24 * 3_600_000
/** Long enough to be seen by somebody who comes by once a month. */
const NOTICE_MS = 42 * DAY_MS

/** What is to be said about a connection, the worst first. */
export function warningsOf(connection: Connection, clock: Clock): ConnectionWarning[] {
  const { pendingCertificate, lastTest } = connection
  const warnings: ConnectionWarning[] = [...expiryOf(connection, clock)]
  const drift = lastTest?.drift ?? []
  if (lastTest && drift.length > 0) {
    const list = (change: 'lost' | 'gained') =>
      drift.filter((each) => each.change === change).map(({ permission, resource }) => `${permission} of ${resource}`)
    const [lost, gained] = [list('lost'), list('gained')]
    warnings.push({
      kind: 'permissions-changed',
      what: `What the application may do has changed since somebody tested it:${lost.length > 0 ? ` lost ${lost.join(', ')}.` : ''}${gained.length > 0 ? ` gained ${gained.join(', ')}.` : ''}`,
      fix: 'If that is right, test the connection: then this is how it should be. If not, see the audit log of Entra for who consented.',
      at: lastTest.testedAt,
    })
  }
  if (pendingCertificate) {
    warnings.push({
      kind: 'certificate-pending',
      what: `The certificate ${pendingCertificate.thumbprint} was made and is not used yet.`,
      fix: 'Upload it in https://entra.microsoft.com > App registrations > the application > Certificates & secrets > Certificates, then test the connection.',
    })
  }
  return warnings
}

/** When the credential ends, as far as that is known. */
export function expiresAt({ certificate, settings }: Connection): string | undefined {
  return certificate?.expiresAt ?? settings.secretExpiresAt
}

function expiryOf(connection: Connection, clock: Clock): ConnectionWarning[] {
  const at = expiresAt(connection)
  if (at === undefined) return []
  const left = Date.parse(at) - clock.now()
  const name = connection.certificate ? 'certificate' : 'client secret'
  const fix =
    name === 'certificate'
      ? `Make a new one: \`npx cordon connections certificate ${connection.id}\`, or on the connection's page.`
      : 'Make a new client secret in https://entra.microsoft.com > App registrations > the application > Certificates & secrets and give it to the connection, or let Cordon make a certificate.'
  if (left <= 0) return [{ kind: 'credential-expired', what: `The ${name} has expired.`, fix, at }]
  const days = Math.ceil(left / DAY_MS)
  return left > NOTICE_MS
    ? []
    : [{ kind: 'credential-expires', what: `The ${name} expires in ${days} ${days === 1 ? 'day' : 'days'}.`, fix, at }]
}
